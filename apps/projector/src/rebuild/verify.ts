import { endOffsets } from '@callstream/runtime';
import {
  comparedTables,
  compareTable,
  dropProjection,
  hashLiveRows,
  isBucketTable,
  readPositions,
  verifySchema,
} from '@callstream/tables';
import type { Comparison, Difference, Position } from '@callstream/tables';
import { checkVersion, ProjectionStopped } from '../supervision/projection-stopped.ts';
import { buildFromLog, foldRecordsDefault } from './fill/build-from-log.ts';
import { createRecordExclusion } from './fill/exclude-record.ts';
import { createShadowTables } from './fill/shadow-tables.ts';
import { offsetsOf, readLivePositions } from './live-positions.ts';
import { findLosses } from './losses.ts';
import type { MaintenanceContext } from './maintenance.ts';

/** Differing rows that are printed of each table. */
const printedRowsMax = 5;

/** The live tables differ from the log. */
class TablesDiffer extends Error {
  override readonly name = 'TablesDiffer';
}

/** Rebuilds the live tables as of now in a separate schema, and compares every row. @throws {TablesDiffer} */
export async function verify(context: MaintenanceContext): Promise<void> {
  const { kafka, topic, live, printStatus, ifStopped } = context;
  ifStopped('The live tables are unchanged. What was built to compare them is dropped by the next verify.');
  checkVersion((await readLivePositions(context))[0]?.version ?? 0);
  const log = await endOffsets(kafka, topic);
  const rebuilt = await createShadowTables(context, { schema: verifySchema, log });
  try {
    printStatus('Computing the checksums of the live tables, in one snapshot …');
    const { positions, skippedBuckets } = await hashLiveRows(live);
    await checkNothingLost(context, positions);
    printStatus('Rebuilding them from the log …');
    const { excludeRecord, report: reportExcluded } = createRecordExclusion(context, rebuilt.db);
    await buildFromLog(context, rebuilt, {
      schema: verifySchema,
      log,
      targets: offsetsOf(positions),
      foldRecordsMin: foldRecordsDefault,
      excludeRecord,
    });
    reportExcluded();
    checkReached(positions, await readPositions(rebuilt.db));
    const comparisons: Comparison[] = [];
    for (const table of comparedTables) comparisons.push(await compareTable(rebuilt.db, table, printedRowsMax));
    report(comparisons, skippedBuckets, context);
  } finally {
    await dropProjection(live, verifySchema);
  }
}

async function checkNothingLost(context: MaintenanceContext, positions: readonly Position[]): Promise<void> {
  const losses = await findLosses({ ...context, positions }, await endOffsets(context.kafka, context.topic));
  if (losses.length > 0)
    throw new ProjectionStopped(
      [
        'The log does not have everything that the live tables were made from, so they cannot be verified:',
        ...losses.map(({ message }) => `  ${message}`),
      ].join('\n'),
    );
}

function checkReached(live: readonly Position[], rebuilt: readonly Position[]): void {
  const reached = offsetsOf(rebuilt);
  for (const { partition, nextOffset } of live)
    if (reached.get(partition) !== nextOffset)
      throw new ProjectionStopped(
        `Partition ${partition} could only be read up to ${reached.get(partition) ?? 0}, not to ${nextOffset}.`,
      );
}

function report(comparisons: readonly Comparison[], skippedBuckets: number, { printResult }: MaintenanceContext): void {
  const differing = comparisons.filter(({ different }) => different > 0);
  const tables = comparisons.map((comparison) => ({
    ...comparison,
    skipped: isBucketTable(comparison.table) ? skippedBuckets : 0,
  }));
  printResult({
    lines: [
      `${'table'.padEnd(14)} ${'rows live'.padStart(12)} ${'rebuilt'.padStart(12)}  checksum live     rebuilt`,
      ...tables.map(comparisonLine),
      ...tables.flatMap(skippedLines),
      ...(differing.length === 0 ? ['The live tables match the log.'] : []),
      ...differing.flatMap(({ table, first }) => first.map((difference) => describe(table, difference))),
      ...(differing.length > 0 ? [replayHint] : []),
    ],
    json: { matches: differing.length === 0, tables },
  });
  if (differing.length > 0)
    throw new TablesDiffer(
      `The live tables differ from the log in ${differing.map(({ table, different }) => `${table} (${different})`).join(', ')}.`,
    );
}

const replayHint =
  'A replayed dead letter makes id, deliveries and received times differ: the log has the event twice, and the live tables only once. A rebuild makes them equal.';

/** A table, and how many buckets of it were not compared. */
interface ReportedTable extends Comparison {
  readonly skipped: number;
}

const comparisonLine = (reported: ReportedTable): string => {
  const { table, live, rebuilt } = reported;
  return `${table.padEnd(14)} ${String(live.rows).padStart(12)} ${String(rebuilt.rows).padStart(12)}  ${live.sum}  ${rebuilt.sum}  ${resultOf(reported)}`;
};

function resultOf({ live, rebuilt, different, skipped }: ReportedTable): string {
  if (different > 0) return `${different} DIFFERENT`;
  return skipped > 0 && live.rows === 0 && rebuilt.rows === 0 ? 'not compared' : 'same';
}

const skippedLines = ({ table, live, skipped }: ReportedTable): string[] =>
  skipped === 0
    ? []
    : [
        `${table}: ${live.rows} rows were compared. ${skipped} buckets were skipped, as what they count had changed and a projector had not yet counted it again; it does so every 30 s.`,
      ];

function describe(table: string, { key, live, rebuilt }: Difference): string {
  if (!rebuilt) return `${table} ${key}: not in the log`;
  if (!live) return `${table} ${key}: missing in the live tables`;
  const columns = Object.keys(rebuilt).filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]));
  if (columns.length === 0) return `${table} ${key}: was different, and no longer is`;
  return `${table} ${key}: ${columns.map((name) => `${name} is ${JSON.stringify(live[name])}, the log says ${JSON.stringify(rebuilt[name])}`).join('; ')}`;
}
