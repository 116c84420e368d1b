import type { QueueSnapshot } from './queue-snapshot.ts';

/** Least time from the start of one read to the start of the next, in ms. */
const readEveryMs = 1_000;
/** A slow read is followed by a pause of this many times its duration, so that Postgres has most of the time for other queries. */
const pausePerRead = 4;

/** Returns the latest queue snapshot, which all clients share. Reads the tables on demand, at most once a second. */
export type GetQueueSnapshot = () => Promise<QueueSnapshot>;

/**
 * Single-flight and throttled: calls during a read, and calls within the pause after it, get the result of that read. The
 * result of a failed read is an error until the pause is over.
 * @param now ms, monotonic
 */
export function cacheQueueSnapshot(
  read: () => Promise<QueueSnapshot>,
  now: () => number = () => performance.now(),
): GetQueueSnapshot {
  let latest: Promise<QueueSnapshot> | undefined;
  let nextReadAt = -Infinity;
  return () => {
    if (latest !== undefined && now() < nextReadAt) return latest;
    const startedAt = now();
    nextReadAt = Infinity;
    latest = read().finally(() => {
      nextReadAt = startedAt + Math.max(readEveryMs, (now() - startedAt) * (1 + pausePerRead));
    });
    return latest;
  };
}
