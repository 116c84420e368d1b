import type { Consumer, EachBatchPayload } from 'kafkajs';
import { isKafkaError } from '../errors.ts';
import type { ConsumeOptions } from './consume.ts';
import { createProcessBatch, lastOffsetOf } from './process-batch.ts';
import type { FetchedBatch, ProcessBatchOptions } from './process-batch.ts';

/** A batch that takes longer than this does not delay other partitions any more, in ms. */
const slowAfterMs = 1_000;

export interface BatchHandlerOptions extends ProcessBatchOptions, Pick<ConsumeOptions, 'onPositionAdvance'> {
  readonly heartbeatEveryMs: number;
  /** A batch of `partition` is handled; `next` is the offset to read next. */
  readonly onDone: (partition: number, next: number) => void;
  readonly onFailure: (error: unknown) => void;
}

export interface BatchHandler extends AsyncDisposable {
  readonly handle: (payload: EachBatchPayload) => Promise<void>;
}

/**
 * What a partition does. One without a state is idle.
 *
 *            start                       finish
 *     idle ─────────▶ handling ──────────────────────────▶ idle   (seek, if the offset to read next is another one)
 *                        │
 *                        │ pausePartition: the next batch has waited for slowAfterMs, and is dropped
 *                        ▼               finish
 *                     paused ────────────────────────────▶ idle   (seek and resume: the dropped batch is fetched again)
 *
 * A failure, or closing, leaves the state as it is: the consumer ends.
 */
type PartitionState =
  | { readonly kind: 'handling'; readonly settled: Promise<unknown> }
  | { readonly kind: 'paused'; readonly settled: Promise<unknown> };

/**
 * kafkajs fetches again only once every batch of a fetch is handled, and joins or leaves a group only then. So to kafkajs
 * a batch counts as handled once it has started: the next batch of its partition is fetched meanwhile, and waits for it.
 * If that takes long (Postgres is down, a row is locked, an operator has to decide), the partition is paused: others go
 * on, and a rebalance does not wait. Disposal waits for the batches that have started.
 */
export function createBatchHandler(consumer: Consumer, options: BatchHandlerOptions): BatchHandler {
  const { topic, onPositionAdvance, heartbeatEveryMs, onDone, onFailure } = options;
  const states = new Map<number, PartitionState>();
  const closing = new AbortController();
  const processBatch = createProcessBatch(options, closing.signal);

  const start = (payload: EachBatchPayload): Promise<unknown> => {
    const batch = payload.batch as FetchedBatch;
    const { promise: started, resolve: markStarted } = Promise.withResolvers<undefined>();
    const run = async (): Promise<void> => {
      const next = await processBatch(batch, () => markStarted(undefined));
      if (next !== null) finish(batch, next);
    };
    // After the last record, kafkajs itself skips what it does not hand over: transaction markers, aborted records.
    payload.resolveOffset(String(lastOffsetOf(batch)));
    const settled = run();
    states.set(batch.partition, { kind: 'handling', settled });
    settled.catch(onFailure);
    return started;
  };

  const pausePartition = ({ settled }: PartitionState, payload: EachBatchPayload): void => {
    states.set(payload.batch.partition, { kind: 'paused', settled });
    payload.pause();
  };

  const finish = (batch: FetchedBatch, next: number): void => {
    const { partition } = batch;
    const isPaused = states.get(partition)?.kind === 'paused';
    states.delete(partition);
    onDone(partition, next);
    const isInOrder = next === lastOffsetOf(batch) + 1;
    if (isInOrder) onPositionAdvance?.(partition, Number(batch.lastOffset()) + 1);
    if (isPaused || !isInOrder) seekAndResume(partition, next);
  };

  const seekAndResume = (partition: number, next: number): void => {
    try {
      consumer.seek({ topic, partition, offset: String(next) });
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch (error) {
      if (!isKafkaError(error)) throw error;
      // Not in the group at the moment: the next join seeks by itself, and has no pauses.
    }
  };

  const handle = async (payload: EachBatchPayload): Promise<void> => {
    const { partition, messages } = payload.batch;
    if (messages.length === 0 || !payload.isRunning()) return;
    const previous = states.get(partition);
    if (previous) await settledOrSlow(previous.settled, payload, heartbeatEveryMs);
    const current = states.get(partition);
    if (current) pausePartition(current, payload);
    else if (!payload.isStale()) await settledOrSlow(start(payload), payload, heartbeatEveryMs);
  };

  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.allSettled([...states.values()].map(({ settled }) => settled));
  };
  return { handle, [Symbol.asyncDispose]: close };
}

/** Resolves when `work` does, at the latest after {@link slowAfterMs}; sends heartbeats meanwhile. */
async function settledOrSlow(
  work: Promise<unknown>,
  payload: EachBatchPayload,
  heartbeatEveryMs: number,
): Promise<void> {
  const heartbeats = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatEveryMs);
  const slow = Promise.withResolvers<undefined>();
  // No abort signal: the error that it makes for each batch takes longer than a small batch.
  const timer = setTimeout(() => slow.resolve(undefined), slowAfterMs);
  await Promise.race([work, slow.promise]).finally(() => {
    clearInterval(heartbeats);
    clearTimeout(timer);
  });
}
