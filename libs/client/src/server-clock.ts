/** Most readings that are compared: half a minute of heartbeats. */
const readingsMax = 6;

/** An estimate of the gateway's clock. */
export interface ServerClock {
  /** A reading of the gateway's clock has just arrived, in ms since 1970. */
  readonly read: (serverNow: number) => void;
  /** ms since 1970; the local clock before the first reading. */
  readonly now: () => number;
}

/**
 * Readings arrive late, never early, so the one furthest ahead is the best of several. The monotonic clock continues it, because
 * it does not jump when somebody sets the clock of the PC.
 */
export function createServerClock(monotonic: () => number = () => performance.now()): ServerClock {
  const offsets: number[] = [];
  return {
    read: (serverNow) => {
      offsets.push(serverNow - monotonic());
      if (offsets.length > readingsMax) offsets.shift();
    },
    now: () => (offsets.length === 0 ? Date.now() : Math.max(...offsets) + monotonic()),
  };
}
