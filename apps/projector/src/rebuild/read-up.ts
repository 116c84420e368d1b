import { showProgress } from '@callstream/runtime';
import { readPositions } from '@callstream/tables';
import { keepTrying } from '../keep-trying.ts';
import { fill } from './fill.ts';
import { leavingOut } from './leave-out.ts';
import type { LeaveOut } from './leave-out.ts';
import { offsetsOf } from './live-positions.ts';
import type { Operation } from './operation.ts';
import type { OwnTables } from './own-tables.ts';

/**
 * Records that are folded before the calls they speak of are written, at least. A call has about eight events; the more
 * of them meet in memory, the fewer times its row is written. At 1 kB a call this is some 20 MB for each of two lanes.
 */
export const foldRecordsDefault = 100_000;

export interface ReadUpOptions {
  /** Offset of each partition at which to stop. */
  readonly targets: ReadonlyMap<number, number>;
  readonly foldRecordsMin: number;
}

/** Fills tables without indexes with the log up to `targets`, and shows how far it is. Failures that pass are waited out. */
export async function readUp(operation: Operation, own: OwnTables, options: ReadUpOptions): Promise<void> {
  await leavingOut(operation, (leaveOut) => readUpBut(leaveOut, operation, { ...own, ...options }));
}

async function readUpBut(
  leaveOut: LeaveOut,
  { kafka, topic, signal, terminal, log }: Operation,
  { db, positions, repeats, targets, foldRecordsMin }: OwnTables & ReadUpOptions,
): Promise<void> {
  const from = new Map(positions);
  const recordsOf = (partition: number, next: number): number => next - (from.get(partition) ?? 0);
  const totals = new Map([...targets].map(([partition, end]) => [partition, recordsOf(partition, end)]));
  using progress = showProgress({ totals, what: 'records', stream: terminal });
  const onProgress = (partition: number, next: number): void => progress.at(partition, recordsOf(partition, next));
  const attempt = async (): Promise<void> => {
    // What the last attempt had committed, and nothing of what it had not.
    for (const [partition, next] of offsetsOf(await readPositions(db))) {
      positions.set(partition, next);
      onProgress(partition, next);
    }
    await fill({ kafka, topic, db, positions, repeats, targets, foldRecordsMin, leaveOut, onProgress, signal, log });
  };
  await keepTrying(attempt, { signal, onRetry: () => undefined, log });
}
