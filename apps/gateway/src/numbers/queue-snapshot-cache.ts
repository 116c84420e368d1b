import type { QueueSnapshot } from './queue-snapshot.ts';

/** Least time from the start of one read to the start of the next, in ms. */
const readEveryMs = 1_000;
/** A slow read is followed by a pause of this many times its duration, so that Postgres has most of the time for other queries. */
const pausePerRead = 4;

/** Returns the latest queue snapshot, which all clients share. Reads the tables on demand, at most once a second. */
export type GetQueueSnapshot = () => Promise<QueueSnapshot>;

export interface QueueSnapshots {
  /**
   * Calls during a read, and calls within the pause after it, get the result of that read. The result of a failed read is an
   * error until the pause is over.
   */
  readonly latest: GetQueueSnapshot;
  /**
   * The same, but calls during a read get the result of the one before, if it is older by no more than one read and its pause:
   * a client that polls never waits for the tables.
   */
  readonly recent: GetQueueSnapshot;
}

/** The result of a read that succeeded. */
interface CompletedRead {
  readonly snapshot: QueueSnapshot;
  /** ms, monotonic. */
  readonly recentUntil: number;
}

/** @param now ms, monotonic */
export function cacheQueueSnapshot(
  read: () => Promise<QueueSnapshot>,
  now: () => number = () => performance.now(),
): QueueSnapshots {
  let reading: Promise<QueueSnapshot> | undefined;
  let nextReadAt = -Infinity;
  let completed: CompletedRead | null = null;

  const readOnce = async (): Promise<QueueSnapshot> => {
    const startedAt = now();
    nextReadAt = Infinity;
    let snapshot: QueueSnapshot | null = null;
    try {
      return (snapshot = await read());
    } finally {
      const pauseMs = Math.max(readEveryMs, (now() - startedAt) * (1 + pausePerRead));
      nextReadAt = startedAt + pauseMs;
      completed = snapshot && { snapshot, recentUntil: nextReadAt + pauseMs };
    }
  };
  const latest: GetQueueSnapshot = () => {
    if (reading === undefined || now() >= nextReadAt) reading = readOnce();
    return reading;
  };
  return {
    latest,
    recent: () => {
      const current = latest();
      if (completed === null || now() >= completed.recentUntil) return current;
      // If it fails, the next calls get its error.
      current.catch(() => undefined);
      return Promise.resolve(completed.snapshot);
    },
  };
}
