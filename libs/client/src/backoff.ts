const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before the next attempt, in ms, after `failures` in a row (from 1): anything up to a bound that doubles,
 * so that thousands of screens do not come back at the same moment.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter"
 */
export const backoffMs = (failures: number, random: () => number = Math.random): number =>
  random() * Math.min(longestMs, firstMs * 2 ** (failures - 1));

/** A connection that lasted as long as this was a good one, in ms: what follows is no repeated failure. */
const goodAfterMs = 10_000;
/** With this close code a gateway says that it stops: no failure, unless it said so at once. See docs/reference/protocol.md. */
const stoppingCode = 4_000;
const stoppedAtOnceMs = 1_000;

/** Failures in a row, when one more connection is lost: after `lastedMs`, closed with `code`, or null. */
export const failuresAfter = (before: number, { lastedMs, code }: { lastedMs: number; code: number | null }): number =>
  lastedMs > goodAfterMs || (code === stoppingCode && lastedMs > stoppedAtOnceMs) ? 1 : before + 1;
