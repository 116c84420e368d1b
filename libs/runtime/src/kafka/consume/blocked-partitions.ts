import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import { isProgrammingError } from '@callstream/resilience';
import type { SkippedBatches } from './skipped-batches.ts';
import { describeUnreadable } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** How often the DLQ is checked for the decision of an operator, in ms. */
const pollEveryMs = 2_000;

/** Partitions that wait before an unreadable batch. */
export interface BlockedPartitions {
  /** Resolves once an operator has put the batch on the DLQ; rejects when `signal` is aborted. */
  readonly waitUntilSkipped: (batch: UnreadableBatch, signal: AbortSignal) => Promise<void>;
  readonly isBlocked: (partition: number) => boolean;
  /** The first unreadable batch, since when, and the remedy; null if no partition is blocked. */
  readonly describe: () => string | null;
}

/** @param gauge gets the number of blocked partitions */
export function createBlockedPartitions(
  skipped: SkippedBatches,
  log: Log,
  gauge: { readonly set: (partitions: number) => void },
): BlockedPartitions {
  const blocked = new Map<number, { readonly batch: UnreadableBatch; readonly since: Date; problem: string | null }>();
  const isSkipped = async (batch: UnreadableBatch): Promise<boolean> => {
    const entry = blocked.get(batch.partition);
    try {
      const has = await skipped.has(batch);
      if (entry) entry.problem = null;
      return has;
    } catch (error) {
      if (isProgrammingError(error)) throw error;
      if (entry) entry.problem = (error as Error).message;
      return false;
    }
  };
  return {
    waitUntilSkipped: async (batch, signal) => {
      const { partition, firstOffset: from, lastOffset: to, codec } = batch;
      const since = new Date();
      if (!(await isSkipped(batch))) {
        log.error({ partition, from, to, codec, reason: describeUnreadable(batch) }, 'batch.unreadable');
        gauge.set(blocked.set(partition, { batch, since, problem: null }).size);
        try {
          do await pause(pollEveryMs, undefined, { signal });
          while (!(await isSkipped(batch)));
        } finally {
          blocked.delete(partition);
          gauge.set(blocked.size);
        }
      }
      log.warn({ partition, from, to, duration_ms: Date.now() - since.getTime() }, 'batch.skipped');
    },
    isBlocked: (partition) => blocked.has(partition),
    describe: () => {
      const [first] = blocked.values();
      if (!first) return null;
      const { batch, since, problem } = first;
      const others = blocked.size > 1 ? ` ${blocked.size - 1} more partitions are blocked as well.` : '';
      return `${describeUnreadable(batch)} (Since ${since.toISOString()}.${others}${problem === null ? '' : ` The DLQ cannot be read: ${problem}`})`;
    },
  };
}
