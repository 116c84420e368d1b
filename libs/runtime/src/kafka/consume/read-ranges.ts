import { randomUUID } from 'node:crypto';
import type { Log } from '../../log.ts';
import { withAdmin } from '../client.ts';
import type { Kafka } from '../client.ts';
import { consume } from './consume.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { endOffsets } from '../topics.ts';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** Offsets of a partition: `from` is included, `to` is not. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

export interface ReadRangesOptions {
  readonly topic: string;
  /** By partition. Offsets that the log does not have are ignored. */
  readonly ranges: ReadonlyMap<number, OffsetRange>;
  /** Gets the records of a partition in order. Reading of the partition continues once it resolves. */
  readonly onRecords: (records: readonly LogRecord[]) => void | Promise<void>;
  /** Gets an unreadable batch that overlaps a range; reading continues after it. Without it, or if it rejects, reading fails. */
  readonly onUnreadable?: (batch: UnreadableBatch) => void | Promise<void>;
  readonly log: Log;
}

/** Reading fails after so long without progress, in ms. */
const stalledAfterMs = 30_000;

/** Reads ranges of a topic, as the only member of its own group, which is deleted at the end. @throws {Error} if it stalls */
export async function readRanges(
  kafka: Kafka,
  { topic, ranges, onRecords, onUnreadable, log }: ReadRangesOptions,
): Promise<void> {
  const ends = await endOffsets(kafka, topic);
  const positions = new Map([...ends].map(([partition, { high }]) => [partition, high]));
  const targets = new Map<number, number>();
  for (const [partition, { from, to }] of ranges) {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    if (Math.max(from, low) >= Math.min(to, high)) continue;
    positions.set(partition, Math.max(from, low));
    targets.set(partition, Math.min(to, high));
  }
  if (targets.size === 0) return;

  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
  const failStalled = (): void => {
    const remaining = [...targets].map(
      ([partition, to]) => `${partition} at ${positions.get(partition) ?? 0} of ${to}`,
    );
    reject(
      new Error(
        `Reading topic "${topic}" has stalled: no records for ${stalledAfterMs / 1_000} s; partition ${remaining.join(', ')}.`,
      ),
    );
  };
  let watchdog = setTimeout(failStalled, stalledAfterMs);
  const advance = (partition: number, next: number): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(failStalled, stalledAfterMs);
    positions.set(partition, next);
    if (next >= (targets.get(partition) ?? Infinity)) targets.delete(partition);
    if (targets.size === 0) resolve(undefined);
  };

  const groupId = `callstream-read-${randomUUID()}`;
  try {
    await using consumer = await consume(kafka, {
      groupId,
      topic,
      concurrency: 1,
      commit: false,
      log,
      positions: () => positions,
      onBatch: async ({ partition, records }) => {
        const target = targets.get(partition) ?? 0;
        const inRange = records.filter(({ offset }) => offset < target);
        if (inRange.length > 0) await onRecords(inRange);
        const next = (records.at(-1)?.offset ?? -1) + 1;
        advance(partition, next);
        return next;
      },
      onUnreadable: async (batch) => {
        if (batch.firstOffset < (targets.get(batch.partition) ?? 0)) {
          if (!onUnreadable) throw new UnreadableBatchError(batch);
          await onUnreadable(batch);
        }
        advance(batch.partition, batch.lastOffset + 1);
        return batch.lastOffset + 1;
      },
      onPositionAdvance: advance,
    });
    await Promise.race([done, consumer.failure]);
  } finally {
    clearTimeout(watchdog);
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
}
