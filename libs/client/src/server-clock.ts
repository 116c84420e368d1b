/** As many of the latest readings are compared: half a minute of heartbeats. */
const readingsKept = 6;

/** The gateway's clock, as far as it can be known here. */
export interface ServerClock {
  /** A reading of it has just arrived, in ms since 1970. */
  readonly read: (serverNow: number) => void;
  /** ms since 1970; by the local clock until there was a reading. */
  readonly now: () => number;
}

/**
 * A reading arrives late and never early, so of several the one that is furthest ahead is the best. It is carried on by
 * the monotonic clock, which does not jump when somebody sets the clock of the PC.
 */
export function createServerClock(monotonic: () => number = () => performance.now()): ServerClock {
  const ahead: number[] = [];
  return {
    read: (serverNow) => {
      ahead.push(serverNow - monotonic());
      if (ahead.length > readingsKept) ahead.shift();
    },
    now: () => (ahead.length === 0 ? Date.now() : Math.max(...ahead) + monotonic()),
  };
}
