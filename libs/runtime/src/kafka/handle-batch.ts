import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Consuming } from './consume.ts';
import { logRecord } from './log-record.ts';

/** A batch that takes longer than this no longer holds up the other partitions, in ms. */
const slowAfterMs = 1_000;

export interface Handling extends Pick<Consuming, 'topic' | 'onBatch' | 'onPassed'> {
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
 * batch that is slow (Postgres is away, a row is locked) is handled on aside, with its partition paused: the others go
 * on, and a rebalance does not wait for it. Disposed, it waits for what is being handled.
 */
export function createBatchHandler(
  consumer: Consumer,
  { topic, onBatch, onPassed, heartbeatEveryMs, onDone, onFailure }: Handling,
): { handle: (payload: EachBatchPayload) => Promise<void> } & AsyncDisposable {
  const works = new Map<number, Work>();

  const goOn = (partition: number, next: number): void => {
    try {
      consumer.seek({ topic, partition, offset: String(next) });
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch {
      // Not in the group just now: the next join seeks by itself, and knows of no pause.
    }
  };

  const start = (payload: EachBatchPayload): Work => {
    const { partition, highWatermark } = payload.batch;
    const records = payload.batch.messages.map((message) => logRecord(topic, partition, message));
    const lastOffset = records.at(-1)?.offset ?? -1;
    const settled = onBatch({ partition, records, highWatermark: Number(highWatermark) }).then((next) => {
      works.delete(partition);
      onDone(partition, next);
      if (work.aside) goOn(partition, next);
      else if (next === lastOffset + 1) {
        // kafkajs goes over what follows in this fetch and is not handed over: markers of transactions, aborted records.
        payload.resolveOffset(String(lastOffset));
        onPassed?.(partition, Number(payload.batch.lastOffset()) + 1);
      } else consumer.seek({ topic, partition, offset: String(next) });
    });
    settled.catch(onFailure);
    const work: Work = { settled, aside: false };
    works.set(partition, work);
    return work;
  };

  const handle = async (payload: EachBatchPayload): Promise<void> => {
    const { partition, messages } = payload.batch;
    if (messages.length === 0 || !payload.isRunning()) return;
    let work = works.get(partition);
    // The consumer has started anew meanwhile: this batch is fetched again when the first one is done.
    if (!work) await inTime((work = start(payload)), payload);
    if (works.get(partition) !== work) return;
    work.aside = true;
    payload.pause();
  };

  /** Resolves when the work is done, or slow. */
  const inTime = async ({ settled }: Work, payload: EachBatchPayload): Promise<void> => {
    const beat = setInterval(() => void payload.heartbeat().catch(() => undefined), heartbeatEveryMs);
    const quick = new AbortController();
    const slow = pause(slowAfterMs, undefined, { signal: quick.signal }).catch(() => undefined);
    await Promise.race([settled, slow]).finally(() => {
      clearInterval(beat);
      quick.abort();
    });
  };

  const close = async (): Promise<void> => {
    await Promise.allSettled([...works.values()].map(({ settled }) => settled));
  };
  return { handle, [Symbol.asyncDispose]: close };
}
