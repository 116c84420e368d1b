import { showProgressBar } from '@callstream/runtime';
import { readPositions } from '@callstream/tables';
import { retryTransient } from '../../supervision/retry-transient.ts';
import { fill } from './fill.ts';
import type { TableWriter } from './bulk-writer.ts';
import { offsetsOf } from '../live-positions.ts';
import type { MaintenanceContext } from '../maintenance.ts';
import type { ShadowTables } from './shadow-tables.ts';

/** Is told the next offset of a partition. */
export type OnProgress = (partition: number, next: number) => void;

export interface FillWithRetriesOptions {
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  /** Begins to write into the tables. */
  readonly openLane: (onProgress: OnProgress) => TableWriter;
}

/** Fills tables with the log up to `targets`, and shows how far it is. Failures that pass are waited out. */
export async function fillWithRetries(
  { kafka, topic, signal, terminal, log }: MaintenanceContext,
  { db, positions }: ShadowTables,
  { targets, openLane }: FillWithRetriesOptions,
): Promise<void> {
  const from = new Map(positions);
  const recordsOf = (partition: number, next: number): number => next - (from.get(partition) ?? 0);
  const totals = new Map([...targets].map(([partition, end]) => [partition, recordsOf(partition, end)]));
  using progress = showProgressBar({ totals, what: 'records', stream: terminal });
  const onProgress: OnProgress = (partition, next) => progress.at(partition, recordsOf(partition, next));
  const attempt = async (): Promise<void> => {
    // What the last attempt had committed, and nothing of what it had not.
    for (const [partition, next] of offsetsOf(await readPositions(db))) {
      positions.set(partition, next);
      onProgress(partition, next);
    }
    await fill({ kafka, topic, positions, targets, openLane: () => openLane(onProgress), signal, log });
  };
  await retryTransient(attempt, { signal, onRetry: () => undefined, log });
}
