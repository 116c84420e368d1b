/** The `q`-quantile (0 to 1), by nearest rank. @throws {Error} if there are no values */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new Error('There are no values.');
  return value;
}

/** Milliseconds as `p50 9.0 ms, p99 22.4 ms`. */
export const formatLatency = (ms: readonly number[]): string =>
  `p50 ${quantile(ms, 0.5).toFixed(1)} ms, p99 ${quantile(ms, 0.99).toFixed(1)} ms`;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
