import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Log } from '../../log.ts';
import { withAdmin } from '../connect.ts';
import { consume } from './consume.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { endOffsets } from '../topics.ts';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** Offsets of a partition: the first, and the first that is not in it. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

export interface ReadRangesOptions {
  readonly topic: string;
  /** By partition. What the log does not have is left out. */
  readonly ranges: ReadonlyMap<number, OffsetRange>;
  /** Gets the records of a partition in order. The next are read when it is done. */
  readonly onRecords: (records: readonly LogRecord[]) => void | Promise<void>;
  /** Is told of a batch in a range of which no record can be had; what follows is read then. If not given, or if it rejects, reading fails. */
  readonly onUnreadable?: (batch: UnreadableBatch) => void | Promise<void>;
  readonly log: Log;
}

/** Reading that gets no further for this long has failed, in ms. */
const stalledAfterMs = 30_000;

/** Reads a part of a topic, as a group of its own that is deleted at the end. @throws {Error} if it gets no further */
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
  const fail = (): void => {
    const at = [...targets].map(([partition, to]) => `${partition} at ${positions.get(partition) ?? 0} of ${to}`);
    reject(new Error(`Topic "${topic}" cannot be read further: partition ${at.join(', ')}.`));
  };
  let stalled = setTimeout(fail, stalledAfterMs);
  const advance = (partition: number, next: number): void => {
    clearTimeout(stalled);
    stalled = setTimeout(fail, stalledAfterMs);
    positions.set(partition, next);
    if (next >= (targets.get(partition) ?? Infinity)) targets.delete(partition);
    if (targets.size === 0) resolve(undefined);
  };

  const groupId = `callstream-read-${randomUUID()}`;
  try {
    await using reading = await consume(kafka, {
      ...{ groupId, topic, concurrency: 1, commit: false, log },
      positions: () => positions,
      onBatch: async ({ partition, records }) => {
        const target = targets.get(partition) ?? 0;
        const wanted = records.filter(({ offset }) => offset < target);
        if (wanted.length > 0) await onRecords(wanted);
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
      onPassed: advance,
    });
    await Promise.race([done, reading.failure]);
  } finally {
    clearTimeout(stalled);
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  }
}
