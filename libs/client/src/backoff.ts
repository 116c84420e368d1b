const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before the next attempt, in ms, after `failures` in a row (from 1): anything up to a bound that doubles,
 * so that thousands of screens do not come back at the same moment.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "full jitter"
 */
export const backoffMs = (failures: number, random: () => number = Math.random): number =>
  random() * Math.min(longestMs, firstMs * 2 ** (failures - 1));
