import type { Log } from '../../log.ts';
import { isProgrammingError } from '@callstream/resilience';
import { toKafkajs } from '../client.ts';
import type { Kafka } from '../client.ts';
import { createBatchHandler } from './batch-handler.ts';
import { metadataMaxAgeMs } from '../kafkajs-2.2.4/leaderless-partitions.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { createOffsetCommits } from './offset-commits.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** Records of one partition, in the order of the log. */
export interface Batch {
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Offset that the next record of the partition will have. */
  readonly highWatermark: number;
}

export interface ConsumeOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Partitions whose long batches are handled at the same time; of one partition never more than one batch. */
  readonly concurrency: number;
  /**
   * Next offset of each partition; 0 if missing. Called synchronously during a join, so it must not wait for I/O. `committed`: the
   * offsets that the group has committed to Kafka; the first one of the log for a partition without.
   */
  readonly positions: 'committed' | (() => ReadonlyMap<number, number>);
  /** Gets the partitions that are assigned to this member from now on. */
  readonly onJoin?: (partitions: readonly number[]) => void;
  /** Handles a batch and returns the offset to read next. A rejection ends the consumer: see `failure`. */
  readonly onBatch: (batch: Batch) => Promise<number>;
  /**
   * Decides about an unreadable batch, and returns the offset to read next. Meanwhile its partition waits, and others go
   * on. `signal` is aborted when the consumer is closed. Without this option, such a batch ends the consumer with an
   * {@link UnreadableBatchError}.
   */
  readonly onUnreadable?: (batch: UnreadableBatch, signal: AbortSignal) => Promise<number>;
  /** No record is left before the offset `next`: the last ones were transaction markers or aborted records. */
  readonly onPositionAdvance?: (partition: number, next: number) => void;
  /** Whether to commit offsets to Kafka: for lag tools only, unless `positions` are the committed ones. */
  readonly commit: boolean;
  /** A member that dies is removed from the group after this long, in ms, at least the broker's 6,000; one that stops leaves at once. */
  readonly sessionTimeoutMs?: number;
  readonly log: Log;
}

export interface RunningConsumer extends AsyncDisposable {
  /** Rejects when the consumer ends by itself; never resolves. */
  readonly failure: Promise<never>;
}

const sessionTimeoutDefaultMs = 10_000;
/** How soon a member notices a rebalance, in ms: until then the partitions that move are not read. */
const heartbeatEveryMs = 250;
/**
 * From a backlog, a fetch returns long batches of a few partitions, not short ones of all (docs/decisions/0006). kafkajs
 * rotates the order of the partitions with each fetch, so that each gets its turn.
 */
const maxBytesPerPartition = 1024 * 1024;
const maxBytes = 2 * 1024 * 1024;
/** Handlers of different partitions that may wait for the previous batch of theirs at the same time. */
const handlersMax = 256;

/** Reads `topic` as a member of a group, from the caller's own positions or from those that the group has committed. */
export async function consume(kafka: Kafka, options: ConsumeOptions): Promise<RunningConsumer> {
  const { groupId, topic, sessionTimeoutMs = sessionTimeoutDefaultMs, log } = options;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  let isClosed = false;
  const consumer = toKafkajs(kafka).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatEveryMs,
    maxBytesPerPartition,
    maxBytes,
    minBytes: 1,
    maxWaitTimeInMs: 250,
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      retries: 10,
      // kafkajs schedules its restart after a pause in which `close` finds nothing to stop.
      restartOnFailure: () => Promise.resolve(!isClosed),
    },
  });
  const commits = options.commit ? createOffsetCommits(consumer, topic, log) : undefined;
  const handler = createBatchHandler(consumer, {
    ...options,
    heartbeatEveryMs,
    onDone: (partition, next) => commits?.reached(partition, next),
    onFailure: reject,
  });

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    commits?.forget();
    const positions = options.positions === 'committed' ? undefined : options.positions();
    // Seek in this very call: 5 ms later, batches from other offsets have arrived.
    if (positions)
      for (const partition of partitions)
        consumer.seek({ topic, partition, offset: String(positions.get(partition) ?? 0) });
    log.info({ partitions: partitions.length, duration_ms: payload.duration }, 'consumer.joined');
    options.onJoin?.(partitions);
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) options.onPositionAdvance?.(payload.partition, Number(payload.lastOffset) + 1);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // A bug in kafkajs: its caller may start another consumer, as after any failure of Kafka.
    const { error } = payload;
    if (!payload.restart)
      reject(isProgrammingError(error) ? new Error(`kafkajs: ${error.message}`, { cause: error }) : error);
  });

  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: handlersMax,
    eachBatch: handler.handle,
  });
  const close = async (): Promise<void> => {
    isClosed = true;
    await handler[Symbol.asyncDispose]();
    await commits?.[Symbol.asyncDispose]();
    await consumer.disconnect();
  };
  return { failure, [Symbol.asyncDispose]: close };
}
