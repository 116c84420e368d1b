import { endOffsets } from '@callstream/runtime';
import {
  compareTable,
  dropProjection,
  readPositions,
  hashLiveRows,
  tableNames,
  verifySchema,
} from '@callstream/tables';
import type { Comparison, Difference } from '@callstream/tables';
import { checkVersion, ProjectionStopped } from '../supervision/projection-stopped.ts';
import { readLivePositions, offsetsOf } from './live-positions.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import { findLosses } from './losses.ts';
import { foldRecordsDefault, buildFromLog } from './fill/build-from-log.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { createShadowTables } from './fill/shadow-tables.ts';

/** Differing rows that are shown of each table. */
const shownMax = 5;

/** The live tables are not what the log says. */
class TablesDiffer extends Error {
  override readonly name = 'Differs';
}

/** Rebuilds the live tables elsewhere, as of now, and compares every row. @throws {Differs} */
export async function verify(operation: MaintenanceContext, print: (line: string) => void): Promise<void> {
  const { kafka, topic, live, say } = operation;
  checkVersion((await readLivePositions(operation))[0]?.version ?? 0);
  const log = await endOffsets(kafka, topic);
  const own = await createShadowTables(operation, { schema: verifySchema, log });
  try {
    say('Computing the checksums of the live tables, all as of one moment …');
    const positions = await hashLiveRows(live);
    const losses = await findLosses({ ...operation, positions }, await endOffsets(kafka, topic));
    if (losses.length > 0)
      throw new ProjectionStopped(
        [
          'The log does not have everything that the live tables were made from, so they cannot be verified:',
          ...losses.map(({ what }) => `  ${what}`),
        ].join('\n'),
      );
    say('Rebuilding them from the log …');
    const { leaveOut, report: reportLeftOut } = createRecordExclusion(operation, own.db);
    await buildFromLog(operation, own, {
      ...{ schema: verifySchema, log, targets: offsetsOf(positions), foldRecordsMin: foldRecordsDefault, leaveOut },
    });
    reportLeftOut();
    const rebuilt = offsetsOf(await readPositions(own.db));
    for (const { partition, nextOffset } of positions)
      if (rebuilt.get(partition) !== nextOffset)
        throw new ProjectionStopped(
          `Partition ${partition} could be read up to ${rebuilt.get(partition) ?? 0} only, not to ${nextOffset}.`,
        );
    const compared: Comparison[] = [];
    for (const table of tableNames) compared.push(await compareTable(own.db, table, shownMax));
    report(compared, print);
  } finally {
    await dropProjection(live, verifySchema);
  }
}

function report(compared: readonly Comparison[], print: (line: string) => void): void {
  print(`${'table'.padEnd(12)} ${'rows live'.padStart(12)} ${'rebuilt'.padStart(12)}  checksum live     rebuilt`);
  for (const { table, live, rebuilt, different } of compared)
    print(
      `${table.padEnd(12)} ${String(live.rows).padStart(12)} ${String(rebuilt.rows).padStart(12)}  ${live.sum}  ${rebuilt.sum}  ${different === 0 ? 'same' : `${different} DIFFERENT`}`,
    );
  const differing = compared.filter(({ different }) => different > 0);
  if (differing.length === 0) {
    print('The live tables are what the log says.');
    return;
  }
  for (const { table, first } of differing) for (const difference of first) print(describe(table, difference));
  print(
    'A dead letter that was replayed makes id, deliveries and received times differ: the log has the event twice, and the live tables only once. A rebuild makes them equal.',
  );
  throw new TablesDiffer(
    `The live tables differ from the log in ${differing.map(({ table, different }) => `${table} (${different})`).join(', ')}.`,
  );
}

function describe(table: string, { key, live, rebuilt }: Difference): string {
  if (!rebuilt) return `${table} ${key}: not in the log`;
  if (!live) return `${table} ${key}: missing in the live tables`;
  const columns = Object.keys(rebuilt).filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]));
  if (columns.length === 0) return `${table} ${key}: was different, and is not any more`;
  return `${table} ${key}: ${columns.map((name) => `${name} is ${JSON.stringify(live[name])}, the log says ${JSON.stringify(rebuilt[name])}`).join('; ')}`;
}
