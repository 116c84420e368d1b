export interface Backoff {
  /** Longest delay after the first failure, in ms; doubled after each further one. */
  readonly firstMs: number;
  /** Longest delay of all, in ms. */
  readonly maxMs: number;
  /** Random share of a delay, from 0 to 1, so that processes which fail together do not all come back at the same moment. */
  readonly jitter: number;
}

/**
 * Exponential backoff with jitter: time until the next attempt, in ms, after `failures` in a row (from 1).
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (jitter 1: "full", 0.5: "equal")
 */
export const backoffMs = (
  failures: number,
  { firstMs, maxMs, jitter }: Backoff,
  random: () => number = Math.random,
): number => Math.min(maxMs, firstMs * 2 ** (failures - 1)) * (1 - jitter + jitter * random());
