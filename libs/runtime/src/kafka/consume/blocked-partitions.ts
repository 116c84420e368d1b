import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { SkippedBatches } from './skipped-batches.ts';
import { describeUnreadable } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** How often it is looked whether an operator has decided, in ms. */
const lookEveryMs = 2_000;

/** The partitions that stand still before a batch that cannot be read. */
export interface BlockedPartitions {
  /** Resolves once an operator has put the batch on the DLQ; rejects when `signal` is aborted. */
  readonly untilSkipped: (batch: UnreadableBatch, signal: AbortSignal) => Promise<void>;
  readonly has: (partition: number) => boolean;
  /** What stands in the way, since when, and what to do; null if nothing does. */
  readonly describe: () => string | null;
}

/** @param gauge shows how many they are */
export function createBlockedPartitions(
  skipped: SkippedBatches,
  log: Log,
  gauge: { readonly set: (batches: number) => void },
): BlockedPartitions {
  /** By partition. */
  const waiting = new Map<number, { readonly batch: UnreadableBatch; readonly since: Date; problem: string | null }>();
  const look = async (batch: UnreadableBatch): Promise<boolean> => {
    const one = waiting.get(batch.partition);
    try {
      const has = await skipped.has(batch);
      if (one) one.problem = null;
      return has;
    } catch (error) {
      if (one) one.problem = (error as Error).message;
      return false;
    }
  };
  return {
    untilSkipped: async (batch, signal) => {
      const { partition, firstOffset: from, lastOffset: to, codec } = batch;
      const since = new Date();
      if (!(await look(batch))) {
        log.error({ partition, from, to, codec, reason: describeUnreadable(batch) }, 'batch.unreadable');
        gauge.set(waiting.set(partition, { batch, since, problem: null }).size);
        try {
          do await pause(lookEveryMs, undefined, { signal });
          while (!(await look(batch)));
        } finally {
          waiting.delete(partition);
          gauge.set(waiting.size);
        }
      }
      log.warn({ partition, from, to, duration_ms: Date.now() - since.getTime() }, 'batch.skipped');
    },
    has: (partition) => waiting.has(partition),
    describe: () => {
      const [first] = waiting.values();
      if (!first) return null;
      const { batch, since, problem } = first;
      const others = waiting.size > 1 ? ` ${waiting.size - 1} more partitions stand still as well.` : '';
      return `${describeUnreadable(batch)} (Since ${since.toISOString()}.${others}${problem === null ? '' : ` The DLQ cannot be read: ${problem}`})`;
    },
  };
}
