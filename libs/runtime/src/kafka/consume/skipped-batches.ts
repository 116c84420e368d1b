import { createHash } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Log } from '../../log.ts';
import { isTransientKafkaError } from '../errors.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { readRanges } from './read-ranges.ts';
import { deadLetterTopic, endOffsets, topicExists } from '../topics.ts';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** `dlq_kind` of a batch that an operator has put on the DLQ. */
export const unreadableKind = 'unreadable';

/** What identifies a batch: of a topic that was made anew, another one may have the same offsets. */
export const batchHash = ({ bytes }: Pick<UnreadableBatch, 'bytes'>): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The batches that an operator has put on the DLQ, so that everybody goes on behind them. */
export interface SkippedBatches {
  /** @throws if the DLQ cannot be read */
  readonly has: (batch: UnreadableBatch) => Promise<boolean>;
  /** @throws {BatchUnreadable} if it is not one of them */
  readonly check: (batch: UnreadableBatch) => Promise<void>;
}

export interface SkippedBatchesOptions {
  readonly kafka: Kafka;
  /** The topic that the batches are of. */
  readonly topic: string;
  readonly log: Log;
}

/** Reads the DLQ when it is asked, and of each partition only what it has not read before. */
export function createSkippedBatches({ kafka, topic, log }: SkippedBatchesOptions): SkippedBatches {
  const dlq = deadLetterTopic(topic);
  const known = new Set<string>();
  const reached = new Map<number, number>();
  const onRecords = (records: readonly LogRecord[]): void => {
    for (const { headers } of records)
      if (headers.get('dlq_kind')?.toString() === unreadableKind)
        known.add(headers.get('dlq_sha256')?.toString() ?? '');
  };
  /** An entry stands in the partition of the same number. */
  const look = async (partition: number): Promise<void> => {
    if (!(await topicExists(kafka, dlq)))
      throw new Error(
        `There is no topic "${dlq}", or this user of Kafka may not read it. Make it (npm run projector -- migrate), or grant Read on it.`,
      );
    const { low, high } = (await endOffsets(kafka, dlq)).get(partition) ?? { low: 0, high: 0 };
    const before = reached.get(partition) ?? low;
    // What cannot be read of the DLQ itself does not say that anything was skipped.
    const ranges = new Map([[partition, { from: before <= high ? before : low, to: high }]]);
    await readRanges(kafka, { topic: dlq, ranges, onRecords, onUnreadable: () => undefined, log });
    reached.set(partition, high);
  };
  const has = async (batch: UnreadableBatch): Promise<boolean> => {
    const hash = batchHash(batch);
    if (!known.has(hash)) await look(batch.partition);
    return known.has(hash);
  };
  const check = async (batch: UnreadableBatch): Promise<void> => {
    const isSkipped = await has(batch).catch((error: unknown) => {
      if (isTransientKafkaError(error)) throw error;
      throw new UnreadableBatchError(batch, error);
    });
    if (!isSkipped) throw new UnreadableBatchError(batch);
  };
  return { has, check };
}
