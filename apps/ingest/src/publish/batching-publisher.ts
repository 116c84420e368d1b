import type { Log, Publisher } from '@callstream/runtime';
import { createBatcher } from '../batcher.ts';
import type { Batcher } from '../batcher.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { PartitionBreakers } from './circuit-breaker.ts';
import type { EventRecord } from '../record.ts';

/** Longest that an event waits for Kafka, in ms. After it comes the spool; the known senders give up after 5 s. */
export const kafkaDeadlineMs = 2_500;
/** Kafka's limit is on the batch of one partition: 5,000 small records of one call would exceed it. */
const partitionRecordsMax = 1_000;
const partitionBytesMax = 256 * 1024;
const batchRecordsMax = 10_000;

/** The partition is known not to take records now, or is not known yet. */
class PartitionUnavailable extends Error {
  override readonly name = 'PartitionAway';
}

/** The way of an event straight to Kafka. */
export type BatchingPublisher = Pick<Batcher<EventRecord>, 'add' | 'depth'>;

/** One whose partition is known. */
type PartitionedRecord = EventRecord & { readonly partition: number };

export interface BatchingPublisherOptions {
  /** Each has the partitions of its own, so that Kafka can write them side by side; see docs/decisions/0004. */
  readonly publishers: readonly Pick<Publisher, 'publishBatch'>[];
  readonly partitions: PartitionBreakers;
  readonly metrics: Pick<IngestMetrics, 'batchRecords' | 'produceSeconds' | 'failedBatches'>;
  readonly log: Log;
}

export function createBatchingPublisher({
  publishers,
  partitions,
  metrics,
  log,
}: BatchingPublisherOptions): BatchingPublisher {
  const send = async (
    publisher: Pick<Publisher, 'publishBatch'>,
    records: readonly PartitionedRecord[],
  ): Promise<void> => {
    metrics.batchRecords.observe(records.length);
    const end = metrics.produceSeconds.startTimer();
    try {
      await publisher.publishBatch(records);
    } catch (error) {
      // Which of them it was, Kafka's client does not say: each is tried by itself before live events go there again.
      metrics.failedBatches.inc();
      partitions.failed(new Set(records.map(({ partition }) => partition)));
      const { name, message } = error as Error;
      log.warn({ records: records.length, error: name, reason: message, duration_ms: ms(end()) }, 'batch.failed');
      throw error;
    }
    if (partitions.away() > 0) partitions.succeeded(records.map(({ partition }) => partition));
    log.debug({ records: records.length, duration_ms: ms(end()) }, 'batch.published');
  };
  const refuse = ({ partition }: PartitionedRecord): Error | undefined =>
    partitions.isAway(partition) ? new PartitionUnavailable('Kafka is away.') : undefined;
  const batchers = publishers.map((publisher) =>
    createBatcher<PartitionedRecord>((records) => send(publisher, records), {
      withinMs: kafkaDeadlineMs,
      fits: fitsKafka,
      refuse,
    }),
  );
  return {
    add: (record) => {
      if (!isPartitioned(record)) return Promise.reject(new PartitionUnavailable('The topic is not known yet.'));
      const batcher = batchers[record.partition % batchers.length];
      return batcher ? batcher.add(record) : Promise.reject(new PartitionUnavailable('There is no producer.'));
    },
    depth: () => batchers.reduce((sum, batcher) => sum + batcher.depth(), 0),
  };
}

const ms = (seconds: number): number => Math.round(seconds * 1_000);

const isPartitioned = (record: EventRecord): record is PartitionedRecord => record.partition !== null;

/** Bounded per partition and in total; a record that is larger than a batch goes alone. */
export function fitsKafka(): (record: Pick<EventRecord, 'partition' | 'bytes'>) => boolean {
  const sums = new Map<number | null, { records: number; bytes: number }>();
  let records = 0;
  return ({ partition, bytes }) => {
    let sum = sums.get(partition);
    if (!sum) sums.set(partition, (sum = { records: 0, bytes: 0 }));
    const fits = sum.records === 0 || (sum.records < partitionRecordsMax && sum.bytes + bytes <= partitionBytesMax);
    if (!fits || records >= batchRecordsMax) return false;
    sum.records++;
    sum.bytes += bytes;
    records++;
    return true;
  };
}
