import { addGauge } from '@callstream/runtime';
import type { Log, Publisher } from '@callstream/runtime';
import { createBatcher } from '@callstream/spool';
import type { Batcher } from '@callstream/spool';
import type { IngestMetrics } from '../metrics.ts';
import type { EventRecord } from '../record.ts';
import type { PartitionBreakers } from './circuit-breaker.ts';

/** Deadline of an event for Kafka, in ms; then it goes to the spool. Known senders time out after 5 s. */
export const kafkaDeadlineMs = 2_500;
/** Kafka limits the batch of one partition: 5,000 small records of one call would exceed it. */
const partitionRecordsMax = 1_000;
const partitionBytesMax = 256 * 1024;
const batchRecordsMax = 10_000;

/** The circuit breaker of the partition is open, or its number is not known yet. */
class PartitionUnavailable extends Error {
  override readonly name = 'PartitionUnavailable';
}
/** Created once: each event that goes to the spool would capture a stack trace. */
const unknownPartition = new PartitionUnavailable('The partitions of the topic are not known yet.');
const openBreaker = new PartitionUnavailable('The partition does not take records.');

/** Sends events to Kafka in batches, without the spool. */
export type BatchingPublisher = Pick<Batcher<EventRecord>, 'add'>;

type PartitionedRecord = EventRecord & { readonly partition: number };

export interface BatchingPublisherOptions {
  /** Each has its own partitions, so that Kafka can write them in parallel; see docs/decisions/0004. */
  readonly publishers: readonly Pick<Publisher, 'publishBatch'>[];
  /** Number of the publisher that sends to a partition. Default: the first one sends to all. */
  readonly producerOf?: (partition: number) => number;
  readonly breakers: PartitionBreakers;
  readonly metrics: Pick<IngestMetrics, 'registry' | 'batchRecords' | 'produceSeconds' | 'failedBatches'>;
  readonly log: Log;
  /** How long an event may wait for Kafka, in ms. */
  readonly deadlineMs?: number;
}

export function createBatchingPublisher({
  publishers,
  producerOf = () => 0,
  breakers,
  metrics,
  log,
  deadlineMs = kafkaDeadlineMs,
}: BatchingPublisherOptions): BatchingPublisher {
  const send = async (
    publisher: Pick<Publisher, 'publishBatch'>,
    records: readonly PartitionedRecord[],
  ): Promise<void> => {
    metrics.batchRecords.observe(records.length);
    const stopTimer = metrics.produceSeconds.startTimer();
    try {
      await publisher.publishBatch(records);
    } catch (error) {
      // kafkajs does not say which partition failed: each has to succeed on its own before live events go there again.
      metrics.failedBatches.inc();
      breakers.failed(new Set(records.map(({ partition }) => partition)));
      const { name, message } = error as Error;
      log.warn({ records: records.length, error: name, reason: message, duration_ms: ms(stopTimer()) }, 'batch.failed');
      throw error;
    }
    if (breakers.openCount() > 0) breakers.succeeded(records.map(({ partition }) => partition));
    log.debug({ records: records.length, duration_ms: ms(stopTimer()) }, 'batch.published');
  };
  const refuse = ({ partition }: PartitionedRecord): Error | undefined =>
    breakers.isOpen(partition) ? openBreaker : undefined;
  const batchers = publishers.map((publisher) =>
    createBatcher<PartitionedRecord>((records) => send(publisher, records), {
      deadlineMs,
      fits: fitsKafka,
      refuse,
    }),
  );
  addGauge(metrics.registry, {
    name: 'callstream_ingest_in_flight_events',
    help: 'Events that wait for Kafka',
    value: () => batchers.reduce((sum, batcher) => sum + batcher.depth(), 0),
  });
  addGauge(metrics.registry, {
    name: 'callstream_ingest_partitions_away',
    help: 'Unavailable partitions: the last attempt failed, and their events go to the spool',
    value: breakers.openCount,
    aggregator: 'max',
  });
  return {
    add: (record) => {
      if (!isPartitioned(record)) return Promise.reject(unknownPartition);
      const batcher = batchers[producerOf(record.partition)];
      return batcher ? batcher.add(record) : Promise.reject(new PartitionUnavailable('There is no producer.'));
    },
  };
}

const ms = (seconds: number): number => Math.round(seconds * 1_000);

const isPartitioned = (record: EventRecord): record is PartitionedRecord => record.partition !== null;

/**
 * Limits a batch per partition and in total. The first record of a partition always fits, whatever its size; after one that does not, no
 * other of its partition does, however small: records of a partition do not overtake each other.
 */
export function fitsKafka(): (record: Pick<EventRecord, 'partition' | 'bytes'>) => boolean {
  const sums = new Map<number | null, { records: number; bytes: number; isFull: boolean }>();
  let records = 0;
  return ({ partition, bytes }) => {
    let sum = sums.get(partition);
    if (!sum) sums.set(partition, (sum = { records: 0, bytes: 0, isFull: false }));
    const fits = sum.records === 0 || (sum.records < partitionRecordsMax && sum.bytes + bytes <= partitionBytesMax);
    sum.isFull ||= !fits || records >= batchRecordsMax;
    if (sum.isFull) return false;
    sum.records++;
    sum.bytes += bytes;
    records++;
    return true;
  };
}
