/** The value below which the share `q` (0 to 1) of the values lies. @throws {Error} if there are none */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new Error('There are no values.');
  return value;
}

/** ms as a benchmark tells them: `p50 9.0 ms, p99 22.4 ms`. */
export const formatLatency = (ms: readonly number[]): string =>
  `p50 ${quantile(ms, 0.5).toFixed(1)} ms, p99 ${quantile(ms, 0.99).toFixed(1)} ms`;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
