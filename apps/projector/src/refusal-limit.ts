/** Window of the limit, in ms. */
const windowMs = 60_000;

/** How many records may be put aside because Postgres refuses them: a bad deploy must not empty the topic into the DLQ. */
export interface RefusalLimit {
  /** Whether one more may be put aside now; if so, it counts. */
  readonly take: () => boolean;
  /** Something was applied: these rules do work. */
  readonly applied: () => void;
}

/**
 * At most `max` in a minute. `earlier`: when records were put aside before this process, in ms since 1970. Until
 * something is applied the clock stands still at the last of them: being started again is no way around the limit.
 */
export function createRefusalLimit({
  max,
  earlier,
  now = Date.now,
}: {
  readonly max: number;
  readonly earlier: readonly number[];
  readonly now?: () => number;
}): RefusalLimit {
  let times = earlier.toSorted((a, b) => a - b);
  let hasApplied = false;
  return {
    take: () => {
      const at = hasApplied ? now() : (times.at(-1) ?? now());
      times = times.filter((time) => time > at - windowMs);
      if (times.length >= max) return false;
      times.push(now());
      return true;
    },
    applied: () => (hasApplied = true),
  };
}
