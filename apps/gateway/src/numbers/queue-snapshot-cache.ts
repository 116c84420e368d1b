import type { QueueSnapshot } from './queue-snapshot.ts';

/** Least time from one look at the tables to the next, in ms. */
const readEveryMs = 1_000;
/** A look that takes long is followed by a rest so many times as long: Postgres is left to others for most of the time. */
const pausePerRead = 4;

/** The newest floor, as everybody shares it: read when somebody asks, and no more often than once a second. */
export type GetQueueSnapshot = () => Promise<QueueSnapshot>;

/** @param now ms, monotonic */
export function cacheQueueSnapshot(
  read: () => Promise<QueueSnapshot>,
  now: () => number = () => performance.now(),
): GetQueueSnapshot {
  let latest: Promise<QueueSnapshot> | undefined;
  let nextAt = -Infinity;
  return () => {
    if (latest !== undefined && now() < nextAt) return latest;
    const began = now();
    // Until it is there, everybody waits for this one.
    nextAt = Infinity;
    latest = read().finally(() => (nextAt = began + Math.max(readEveryMs, (now() - began) * (1 + pausePerRead))));
    return latest;
  };
}
