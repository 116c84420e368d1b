import type { Kafka } from 'kafkajs';
import type { Log } from '../../log.ts';
import { createBatchHandler } from './batch-handler.ts';
import { metadataMaxAgeMs } from '../patches/leaderless-partitions.ts';
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
  /** Partitions that are handled at the same time, not counting those that are slow, and short batches; of one partition never more than one batch. */
  readonly concurrency: number;
  /** Next offset of each partition. Asked in the very moment of a join: from memory, never from afar. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Partitions that this member reads from now on. */
  readonly onJoin?: (partitions: readonly number[]) => void;
  /** Handles a batch and returns the offset to read next. A rejection ends the consumer: see `failure`. */
  readonly onBatch: (batch: Batch) => Promise<number>;
  /**
   * Decides on a batch of which no record can be had, and returns the offset to read next. Other partitions go on until it has. `signal`:
   * the consumer is being closed. If not given, the consumer ends: see {@link BatchUnreadable}.
   */
  readonly onUnreadable?: (batch: UnreadableBatch, signal: AbortSignal) => Promise<number>;
  /** Nothing is left to be handed over before offset `next`: what follows the last record are markers of transactions, and what was aborted. */
  readonly onPassed?: (partition: number, next: number) => void;
  /** Whether to tell Kafka how far it is, for lag tools only. */
  readonly commit: boolean;
  readonly log: Log;
}

export interface RunningConsumer extends AsyncDisposable {
  /** Rejects when the consumer has ended by itself. */
  readonly failure: Promise<never>;
}

/** Members that die are noticed after this long, in ms; a clean stop leaves the group at once. */
const sessionTimeoutMs = 10_000;
/** How soon a member hears that another came or left, in ms: until then the partitions that move stand still. */
const heartbeatInterval = 250;
/**
 * Of a backlog, a fetch brings long batches of a few partitions, not short ones of all (docs/decisions/0006). kafkajs asks for
 * the partitions in another order each time, so that each gets its turn.
 */
const maxBytesPerPartition = 1024 * 1024;
const maxBytes = 2 * 1024 * 1024;
/** Batches of different partitions that may wait for the one before theirs at the same time. */
const handlersMax = 256;

/** Reads `topic` as a member of a group, from positions of the caller's own. */
export async function consume(kafka: Kafka, options: ConsumeOptions): Promise<RunningConsumer> {
  const { groupId, topic, log } = options;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval,
    maxBytesPerPartition,
    maxBytes,
    minBytes: 1,
    maxWaitTimeInMs: 250,
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 10 },
  });
  const commits = options.commit ? createOffsetCommits(consumer, topic, log) : undefined;
  const handler = createBatchHandler(consumer, {
    ...options,
    heartbeatEveryMs: heartbeatInterval,
    onDone: (partition, next) => commits?.reached(partition, next),
    onFailure: reject,
  });

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = payload.memberAssignment[topic] ?? [];
    const positions = options.positions();
    // At once, in this very call: 5 ms later batches from elsewhere have arrived.
    for (const partition of partitions)
      consumer.seek({ topic, partition, offset: String(positions.get(partition) ?? 0) });
    log.info({ partitions: partitions.length, duration_ms: payload.duration }, 'consumer.joined');
    options.onJoin?.(partitions);
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) options.onPassed?.(payload.partition, Number(payload.lastOffset) + 1);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) reject(payload.error);
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
    await handler[Symbol.asyncDispose]();
    await commits?.[Symbol.asyncDispose]();
    await consumer.disconnect();
  };
  return { failure, [Symbol.asyncDispose]: close };
}
