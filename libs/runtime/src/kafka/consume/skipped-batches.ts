import { createHash } from 'node:crypto';
import type { Log } from '../../log.ts';
import type { Kafka } from '../client.ts';
import { isTransientKafkaError } from '../errors.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { readRanges } from './read-ranges.ts';
import { deadLetterTopic, endOffsets, topicExists } from '../topics.ts';
import { isProgrammingError } from '@callstream/resilience';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** `dlq_kind` of a batch that an operator has put on the DLQ. */
export const unreadableKind = 'unreadable';

/** Identity of a batch, SHA-256 in hexadecimal: offsets are not enough, because a topic that is created again has them too. */
export const batchHash = ({ bytes }: Pick<UnreadableBatch, 'bytes'>): string =>
  createHash('sha256').update(bytes).digest('hex');

/** The batches that an operator has put on the DLQ: every reader skips them. */
export interface SkippedBatches {
  /** @throws if the DLQ cannot be read */
  readonly has: (batch: UnreadableBatch) => Promise<boolean>;
  /** @throws {UnreadableBatchError} if the batch is not skipped */
  readonly assertSkipped: (batch: UnreadableBatch) => Promise<void>;
}

export interface SkippedBatchesOptions {
  readonly kafka: Kafka;
  /** Topic of the batches. */
  readonly topic: string;
  readonly log: Log;
}

/** Reads the DLQ on demand; of each partition only what is new since the last time. */
export function createSkippedBatches({ kafka, topic, log }: SkippedBatchesOptions): SkippedBatches {
  const dlq = deadLetterTopic(topic);
  const hashes = new Set<string>();
  const positions = new Map<number, number>();
  const onRecords = (records: readonly LogRecord[]): void => {
    for (const { headers } of records)
      if (headers.get('dlq_kind')?.toString() === unreadableKind)
        hashes.add(headers.get('dlq_sha256')?.toString() ?? '');
  };
  /** A batch of partition n is in partition n of the DLQ. */
  const readNew = async (partition: number): Promise<void> => {
    if (!(await topicExists(kafka, dlq)))
      throw new Error(
        `Topic "${dlq}" does not exist, or the Kafka user may not read it. Create it (npm run projector -- migrate), or grant Read on it.`,
      );
    const { low, high } = (await endOffsets(kafka, dlq)).get(partition) ?? { low: 0, high: 0 };
    const position = positions.get(partition) ?? low;
    const ranges = new Map([[partition, { from: position <= high ? position : low, to: high }]]);
    // An unreadable batch of the DLQ itself cannot prove that anything was skipped.
    await readRanges(kafka, { topic: dlq, ranges, onRecords, onUnreadable: () => undefined, log });
    positions.set(partition, high);
  };
  const has = async (batch: UnreadableBatch): Promise<boolean> => {
    const hash = batchHash(batch);
    if (!hashes.has(hash)) await readNew(batch.partition);
    return hashes.has(hash);
  };
  const assertSkipped = async (batch: UnreadableBatch): Promise<void> => {
    const isSkipped = await has(batch).catch((error: unknown) => {
      if (isTransientKafkaError(error) || isProgrammingError(error)) throw error;
      throw new UnreadableBatchError(batch, error);
    });
    if (!isSkipped) throw new UnreadableBatchError(batch);
  };
  return { has, assertSkipped };
}
