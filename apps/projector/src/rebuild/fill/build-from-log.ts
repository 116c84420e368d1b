import { classify, completeProjection, createBulkLoader, refreshBuckets, truncateProjection } from '@callstream/tables';
import type { ProjectionSchema } from '@callstream/tables';
import type { LogOffsets } from '../../supervision/check-log.ts';
import { refusalText } from '../../supervision/postgres-errors.ts';
import type { MaintenanceContext } from '../maintenance.ts';
import { openBulkWriter } from './bulk-writer.ts';
import type { TableWriter } from './bulk-writer.ts';
import type { ExcludeRecord } from './exclude-record.ts';
import { fillWithRetries } from './fill-with-retries.ts';
import type { OnProgress } from './fill-with-retries.ts';
import { openIndexedWriter } from './indexed-writer.ts';
import type { ShadowTables } from './shadow-tables.ts';

/**
 * Records that are folded before their calls are written, at least. A call has about eight events; the more of them are folded in
 * memory, the fewer times its row is written. At 1 kB a call this takes some 20 MB for each of two writers.
 */
export const foldRecordsDefault = 100_000;

export interface BuildFromLogOptions {
  /** Schema of the tables. */
  readonly schema: ProjectionSchema;
  readonly log: LogOffsets;
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  readonly foldRecordsMin: number;
  readonly excludeRecord: ExcludeRecord;
}

/**
 * Fills bare tables with the log up to `targets`, then adds indexes, keys, views and grants. If Postgres refuses any data, it does not
 * say which record is the cause, least of all when it builds an index: then {@link buildIndexedFirst} finds it.
 * @throws {ProjectionStopped} if Postgres refuses a record that must not be excluded
 */
export async function buildFromLog(
  context: MaintenanceContext,
  tables: ShadowTables,
  options: BuildFromLogOptions,
): Promise<void> {
  try {
    await buildInBulk(context, tables, options);
  } catch (error) {
    if (classify(error) !== 'data') throw error;
    context.printStatus(
      `Postgres refuses a record of the log (${refusalText(error as Error)}). Starting over with indexes first, to find the record: this takes several times longer.`,
    );
    await buildIndexedFirst(context, tables, options);
  }
}

/** Indexes first, then the log; batches that Postgres refuses are bisected down to the record, which is excluded if allowed. */
async function buildIndexedFirst(
  context: MaintenanceContext,
  tables: ShadowTables,
  { schema, log, targets, excludeRecord }: BuildFromLogOptions,
): Promise<void> {
  const starts = new Map([...log].map(([partition, { low }]) => [partition, low]));
  await truncateProjection(tables.db, schema, starts);
  await completeProjection(tables.db, schema, { mayHaveDuplicates: false });
  for (const [partition, start] of starts) tables.positions.set(partition, start);
  const openWriter = (onProgress: OnProgress): TableWriter =>
    openIndexedWriter({ ...tables, excludeRecord, onProgress });
  await fillWithRetries(context, tables, { targets, openWriter });
  await refreshBuckets(tables.db);
}

/** The log first, by bulk load, then the indexes. */
async function buildInBulk(
  context: MaintenanceContext,
  tables: ShadowTables,
  { schema, targets, foldRecordsMin }: BuildFromLogOptions,
): Promise<void> {
  const { printStatus } = context;
  const beginBulkLoad = createBulkLoader(tables.duplicates);
  const openWriter = (onProgress: OnProgress): TableWriter =>
    openBulkWriter({ ...tables, foldRecordsMin, beginBulkLoad, onProgress });
  await fillWithRetries(context, tables, { targets, openWriter });
  const startedAt = performance.now();
  printStatus('Merging duplicates and building indexes …');
  await completeProjection(tables.db, schema, { mayHaveDuplicates: tables.duplicates === null });
  printStatus(`Indexes are built (${((performance.now() - startedAt) / 1_000).toFixed(1)} s).`);
}
