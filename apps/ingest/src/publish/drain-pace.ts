/** Longest pause, in ms: a broker that takes seconds for a batch costs this process little. */
const pauseMaxMs = 5_000;

/** How fast the partitions of all spools are drained, so that live events have priority. */
export interface DrainPace {
  /** Counts a partition that is being drained, until it is disposed. */
  readonly begin: () => Disposable;
  /** How long a partition pauses after a batch that took `tookMs`. */
  readonly pauseMs: (tookMs: number) => number;
}

/**
 * Batches of the spools are in flight for half of the time, however many partitions are drained: each pauses for as long as its batch
 * took, and for two more for each other partition. Otherwise twelve of them keep the process busy, and live events wait for seconds.
 * No partition waits for another one, so one that hangs holds up none.
 */
export function createDrainPace(): DrainPace {
  let draining = 0;
  return {
    begin: () => {
      draining++;
      return {
        [Symbol.dispose]: () => {
          draining--;
        },
      };
    },
    pauseMs: (tookMs) => Math.min(pauseMaxMs, tookMs * Math.max(1, 2 * draining - 1)),
  };
}
