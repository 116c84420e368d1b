import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { ConsumeOptions } from './consume.ts';
import { createByteBudget } from '../decode/byte-budget.ts';
import { countRecords, decodeBudgetBytes, decodeChunks } from '../decode/record-chunks.ts';
import type { RecordChunk } from '../decode/record-chunks.ts';
import { UnreadableBatchError } from '../decode/unreadable-batch.ts';
import type { UnreadableBatch } from '../decode/unreadable-batch.ts';

/** A batch that takes longer than this no longer holds up the other partitions, in ms. */
const slowAfterMs = 1_000;
/** A batch of up to so many records is short: it is handled at once, beside those that wait for their turn. */
export const shortBatchRecordsMax = 100;

export interface BatchHandlerOptions extends Pick<
  ConsumeOptions,
  'topic' | 'concurrency' | 'onBatch' | 'onUnreadable' | 'onPassed'
> {
  readonly heartbeatEveryMs: number;
  /** `partition` was handled up to `next`. */
  readonly onDone: (partition: number, next: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** A batch that is being handled. */
interface Work {
  readonly settled: Promise<unknown>;
  /** Its partition is paused until it is done. */
  aside: boolean;
}

/**
 * kafkajs fetches again only when every batch of a fetch is handled, and neither joins nor leaves a group before. So a
 * batch counts as handled as soon as it has begun: the next of its partition is fetched meanwhile, and waits for it. If that
 * takes long (Postgres is away, a row is locked, an operator has to decide), its partition is paused: the others go on, and
 * a rebalance does not wait for it. Disposed, it waits for what is being handled; what has not begun is left out.
 */
export function createBatchHandler(
  consumer: Consumer,
  {
    topic,
    concurrency,
    onBatch,
    onUnreadable = refuse,
    onPassed,
    heartbeatEveryMs,
    onDone,
    onFailure,
  }: BatchHandlerOptions,
): { handle: (payload: EachBatchPayload) => Promise<void> } & AsyncDisposable {
  const works = new Map<number, Work>();
  const limit = pLimit(concurrency);
  const closing = new AbortController();
  const budget = createByteBudget(decodeBudgetBytes);

  const goOn = (partition: number, next: number): void => {
    try {
      consumer.seek({ topic, partition, offset: String(next) });
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch {
      // Not in the group just now: the next join seeks by itself, and knows of no pause.
    }
  };

  /** Hands over records. Returns the offset to read next, a batch that has to be decided on before, or null when it is being closed. */
  const handleReadable = async (
    parts: AsyncIterator<RecordChunk>,
    batch: FetchedBatch,
  ): Promise<number | UnreadableBatch | null> => {
    const { partition, highWatermark } = batch;
    for (let step = await parts.next(); step.done !== true; step = await parts.next()) {
      if (closing.signal.aborted) return null;
      if (step.value.kind === 'unreadable') return step.value.batch;
      const { records } = step.value;
      const next = await onBatch({ partition, records, highWatermark: Number(highWatermark) });
      // Somebody else is ahead, or what comes before is missing.
      if (next !== (records.at(-1)?.offset ?? -1) + 1) return next;
    }
    return lastOffsetOf(batch) + 1;
  };

  /** The same, past what cannot be read. `inTurn`: runs what takes one of the places for batches. */
  const handleAll = async (
    parts: AsyncIterator<RecordChunk>,
    batch: FetchedBatch,
    inTurn: typeof atOnce,
  ): Promise<number | null> => {
    for (;;) {
      const reached = await inTurn(() => handleReadable(parts, batch));
      if (reached === null || typeof reached === 'number') return reached;
      // Not in its turn: it may take an operator hours.
      const next = await onUnreadable(reached, closing.signal);
      if (next !== reached.lastOffset + 1) return next;
    }
  };

  const start = (payload: EachBatchPayload): Promise<unknown> => {
    const batch = payload.batch as FetchedBatch;
    const { partition, messages } = batch;
    const lastOffset = lastOffsetOf(batch);
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
    const turn: typeof atOnce = countRecords(messages) > shortBatchRecordsMax ? (work) => limit(work) : atOnce;
    const run = async (): Promise<void> => {
      await using parts = decodeChunks({ topic, partition, from: Number(batch.fetchedOffset), messages }, budget);
      const next = await handleAll(parts, batch, (work) =>
        turn(() => {
          begin(undefined);
          return work();
        }),
      );
      if (next === null) return;
      works.delete(partition);
      onDone(partition, next);
      const inOrder = next === lastOffset + 1;
      if (inOrder) onPassed?.(partition, Number(batch.lastOffset()) + 1);
      if (work.aside || !inOrder) goOn(partition, next);
    };
    // kafkajs goes over what follows in this fetch and is not handed over: markers of transactions, aborted records.
    payload.resolveOffset(String(lastOffset));
    const work: Work = { settled: run(), aside: false };
    works.set(partition, work);
    work.settled.catch(onFailure);
    return begun;
  };

  const handle = async (payload: EachBatchPayload): Promise<void> => {
    const { partition, messages } = payload.batch;
    if (messages.length === 0 || !payload.isRunning()) return;
    const before = works.get(partition);
    if (before) await inTime(before.settled, payload);
    const now = works.get(partition);
    if (now) {
      now.aside = true;
      payload.pause();
    } else if (!payload.isStale()) await inTime(start(payload), payload);
  };

  /** Resolves when `done` does, or is slow. */
  const inTime = async (done: Promise<unknown>, payload: EachBatchPayload): Promise<void> => {
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatEveryMs);
    const quick = new AbortController();
    const slow = pause(slowAfterMs, undefined, { signal: quick.signal }).catch(() => undefined);
    await Promise.race([done, slow]).finally(() => {
      clearInterval(beat);
      quick.abort();
    });
  };

  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.allSettled([...works.values()].map(({ settled }) => settled));
  };
  return { handle, [Symbol.asyncDispose]: close };
}

/** Of a batch of kafkajs' own: its types leave out where it was asked to begin. */
type FetchedBatch = EachBatchPayload['batch'] & { readonly fetchedOffset: string };

const lastOffsetOf = ({ messages }: FetchedBatch): number => Number(messages.at(-1)?.offset ?? -1);

const atOnce = <T>(work: () => Promise<T>): Promise<T> => work();

const refuse: NonNullable<ConsumeOptions['onUnreadable']> = (batch) => Promise.reject(new UnreadableBatchError(batch));
