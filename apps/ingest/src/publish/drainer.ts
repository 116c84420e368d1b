import { setTimeout as pause } from 'node:timers/promises';
import { isProgrammingError } from '@callstream/resilience';
import { isPermanentlyRejected } from '@callstream/runtime';
import type { Log, ProducerRecord, Publisher } from '@callstream/runtime';
import { drainPartitions } from '@callstream/spool';
import type { SpoolDrainer, Spool, SpoolBatch, SpooledRecord } from '@callstream/spool';
import type { PartitionOf } from '../record.ts';
import type { PartitionBreakers } from './circuit-breaker.ts';
import type { DrainPace } from './drain-pace.ts';

export interface DrainerOptions {
  readonly spool: Pick<Spool, 'take' | 'markDrained' | 'quarantine' | 'status' | 'onChange'>;
  /** Creates a producer per partition: one that hangs must not hold up other partitions or live events. */
  readonly connect: () => Publisher;
  readonly breakers: PartitionBreakers;
  readonly partitionOf: PartitionOf;
  /** Default: each partition as fast as Kafka takes its batches. */
  readonly pace?: DrainPace;
  readonly metrics: { readonly drained: { inc: (records: number) => void } };
  readonly log: Log;
}

/**
 * Sends the spool to Kafka, each partition on its own, as fast as `pace` allows. To be woken when the topic's metadata was read.
 */
export const startDrainer = (options: DrainerOptions): SpoolDrainer =>
  drainPartitions({
    spool: options.spool,
    drain: (partition, signal) => drainPartition(partition, options, signal),
    isReady: () => options.partitionOf('') !== null,
    log: options.log,
  });

async function drainPartition(partition: number, options: DrainerOptions, signal: AbortSignal): Promise<void> {
  const { spool, breakers, pace, log } = options;
  await using publisher = options.connect();
  while (!signal.aborted) {
    await pause(breakers.retryInMs(partition), undefined, { signal });
    // Not in the backoff before: a partition that is away must not slow down others.
    using _draining = pace?.begin();
    const batch = await spool.take(partition);
    if (!batch) return;
    const startedAt = performance.now();
    try {
      await sendBatch(batch, publisher, options);
      breakers.succeeded([partition]);
    } catch (error) {
      breakers.failed([partition]);
      if (isProgrammingError(error)) throw error;
      const { name, message } = error as Error;
      log.warn({ lane: partition, records: batch.records.length, error: name, reason: message }, 'drain.waits');
    }
    if (pace) await pause(pace.pauseMs(performance.now() - startedAt), undefined, { signal });
  }
}

/** Sends a batch. If Kafka rejects it permanently, sends its records one by one and quarantines those that Kafka rejects. */
async function sendBatch(batch: SpoolBatch, publisher: Publisher, options: DrainerOptions): Promise<void> {
  const { spool, partitionOf, metrics, log } = options;
  try {
    await publisher.publishBatch(batch.records.map(({ record }) => producerRecord(record, partitionOf)));
    await spool.markDrained(batch);
    metrics.drained.inc(batch.records.length);
  } catch (error) {
    if (!isPermanentlyRejected(error)) throw error;
    if (batch.records.length > 1)
      for (const record of batch.records) await sendBatch({ ...batch, records: [record] }, publisher, options);
    else {
      await spool.quarantine(batch, (error as Error).message);
      log.error({ lane: batch.partition, reason: (error as Error).message }, 'drain.set-aside');
    }
  }
}

function producerRecord({ topic, key, value, headers }: SpooledRecord, partitionOf: PartitionOf): ProducerRecord {
  const partition = partitionOf(key);
  if (partition === null) throw new Error('The partitions of the topic are not known yet.');
  return {
    topic,
    partition,
    key,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers: JSON.parse(headers) as Record<string, string>,
  };
}
