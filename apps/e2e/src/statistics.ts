/** The value below which the share `q` (0 to 1) of the values lies. @throws {Error} if there are none */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new Error('There are no values.');
  return value;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
