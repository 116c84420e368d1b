import { classify, completeProjection, createBulkLoader, truncateProjection } from '@callstream/tables';
import type { ProjectionSchema } from '@callstream/tables';
import { refusalText } from '../../supervision/postgres-errors.ts';
import { openIndexedWriter } from './indexed-writer.ts';
import { openBulkWriter } from './bulk-writer.ts';
import type { TableWriter } from './bulk-writer.ts';
import type { ExcludeRecord } from './exclude-record.ts';
import type { MaintenanceContext } from '../maintenance.ts';
import type { Offsets, ShadowTables } from './shadow-tables.ts';
import { fillWithRetries } from './fill-with-retries.ts';
import type { OnProgress } from './fill-with-retries.ts';

/**
 * Records that are folded before the calls they speak of are written, at least. A call has about eight events; the more
 * of them meet in memory, the fewer times its row is written. At 1 kB a call this is some 20 MB for each of two lanes.
 */
export const foldRecordsDefault = 100_000;

export interface BuildFromLogOptions {
  /** Of the tables. */
  readonly schema: ProjectionSchema;
  /** What the log has: its first offset in each partition. */
  readonly log: Offsets;
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  readonly foldRecordsMin: number;
  readonly leaveOut: ExcludeRecord;
}

/**
 * Fills bare tables with the log up to `targets`, then adds indexes, keys, views and grants. If Postgres refuses anything of that,
 * it does not say which record is the reason, least of all when it builds an index: see {@link makeCarefully}.
 * @throws {ProjectionStopped} if Postgres refuses what must not be left out
 */
export async function buildFromLog(
  operation: MaintenanceContext,
  own: ShadowTables,
  making: BuildFromLogOptions,
): Promise<void> {
  try {
    await buildInBulk(operation, own, making);
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    operation.say(
      `Postgres refuses something of the log (${refusalText(error as Error)}). Beginning again, to find the record: this takes several times longer.`,
    );
    await buildIndexedFirst(operation, own, making);
  }
}

/** Indexes first, then the log, in halves where Postgres refuses it, down to the record: it is left out, if it may be. */
async function buildIndexedFirst(
  operation: MaintenanceContext,
  own: ShadowTables,
  { schema, log, targets, leaveOut }: BuildFromLogOptions,
): Promise<void> {
  const starts = new Map([...log].map(([partition, { low }]) => [partition, low]));
  await truncateProjection(own.db, schema, starts);
  await completeProjection(own.db, schema, { mayRepeat: false });
  for (const [partition, start] of starts) own.positions.set(partition, start);
  const openLane = (onProgress: OnProgress): TableWriter => openIndexedWriter({ ...own, leaveOut, onProgress });
  await fillWithRetries(operation, own, { targets, openLane });
}

async function buildInBulk(
  operation: MaintenanceContext,
  own: ShadowTables,
  { schema, targets, foldRecordsMin }: BuildFromLogOptions,
): Promise<void> {
  const { say } = operation;
  const lane = { ...own, foldRecordsMin, beginFilling: createBulkLoader(own.repeats) };
  await fillWithRetries(operation, own, { targets, openLane: (onProgress) => openBulkWriter({ ...lane, onProgress }) });
  const began = performance.now();
  say('Merging what was written more than once, and building indexes …');
  await completeProjection(own.db, schema, { mayRepeat: own.repeats === null });
  say(`Indexes are built (${((performance.now() - began) / 1_000).toFixed(1)} s).`);
}
