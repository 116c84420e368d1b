import { readPositions } from '@callstream/tables';
import { retryTransient } from '../../supervision/retry-transient.ts';
import { offsetsOf } from '../live-positions.ts';
import type { MaintenanceContext } from '../maintenance.ts';
import type { TableWriter } from './bulk-writer.ts';
import { fill } from './fill.ts';
import type { ShadowTables } from './shadow-tables.ts';

/** Called with the next offset of a partition. */
export type OnProgress = (partition: number, next: number) => void;

export interface FillWithRetriesOptions {
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  readonly openWriter: (onProgress: OnProgress) => TableWriter;
}

/** Fills tables with the log up to `targets`, shows the progress, and retries after transient errors. */
export async function fillWithRetries(
  { kafka, topic, signal, showProgress, log }: MaintenanceContext,
  { db, positions }: ShadowTables,
  { targets, openWriter }: FillWithRetriesOptions,
): Promise<void> {
  const start = new Map(positions);
  const done = new Map<number, number>();
  const recordsUpTo = (partition: number, next: number): number => Math.max(0, next - (start.get(partition) ?? 0));
  using progress = showProgress({
    total: sum([...targets].map(([partition, end]) => recordsUpTo(partition, end))),
    unit: 'records',
  });
  const onProgress: OnProgress = (partition, next) => {
    done.set(partition, recordsUpTo(partition, next));
    progress.update(sum(done.values()));
  };
  const attempt = async (): Promise<void> => {
    // Continue from what the last attempt committed: it may have read farther.
    for (const [partition, next] of offsetsOf(await readPositions(db))) {
      positions.set(partition, next);
      onProgress(partition, next);
    }
    await fill({ kafka, topic, positions, targets, openWriter: () => openWriter(onProgress), signal, log });
  };
  await retryTransient(attempt, { signal, onRetry: () => undefined, log });
}

const sum = (numbers: Iterable<number>): number => Iterator.from(numbers).reduce((total, number) => total + number, 0);
