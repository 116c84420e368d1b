import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Consuming } from './consume.ts';
import { logRecord } from './log-record.ts';

/** A batch that takes longer than this no longer holds up the other partitions, in ms. */
const slowAfterMs = 1_000;
/** A batch of up to so many records is short: it is handled at once, beside those that wait for their turn. */
export const shortBatchMax = 100;

export interface Handling extends Pick<Consuming, 'topic' | 'concurrency' | 'onBatch' | 'onPassed'> {
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
 * takes long (Postgres is away, a row is locked), its partition is paused: the others go on, and a rebalance does not
 * wait for it. Disposed, it waits for what is being handled; what has not begun is left out.
 */
export function createBatchHandler(
  consumer: Consumer,
  { topic, concurrency, onBatch, onPassed, heartbeatEveryMs, onDone, onFailure }: Handling,
): { handle: (payload: EachBatchPayload) => Promise<void> } & AsyncDisposable {
  const works = new Map<number, Work>();
  const limit = pLimit(concurrency);
  let closing = false;

  const goOn = (partition: number, next: number): void => {
    try {
      consumer.seek({ topic, partition, offset: String(next) });
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch {
      // Not in the group just now: the next join seeks by itself, and knows of no pause.
    }
  };

  const start = (payload: EachBatchPayload): Promise<unknown> => {
    const { batch } = payload;
    const { partition, highWatermark } = batch;
    const lastOffset = Number(batch.messages.at(-1)?.offset ?? -1);
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
    const run = async (): Promise<void> => {
      begin(undefined);
      if (closing) return;
      const records = batch.messages.map((message) => logRecord(topic, partition, message));
      const next = await onBatch({ partition, records, highWatermark: Number(highWatermark) });
      works.delete(partition);
      onDone(partition, next);
      const inOrder = next === lastOffset + 1;
      if (inOrder) onPassed?.(partition, Number(batch.lastOffset()) + 1);
      if (work.aside || !inOrder) goOn(partition, next);
    };
    // kafkajs goes over what follows in this fetch and is not handed over: markers of transactions, aborted records.
    payload.resolveOffset(String(lastOffset));
    const work: Work = { settled: batch.messages.length > shortBatchMax ? limit(run) : run(), aside: false };
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
    closing = true;
    await Promise.allSettled([...works.values()].map(({ settled }) => settled));
  };
  return { handle, [Symbol.asyncDispose]: close };
}
