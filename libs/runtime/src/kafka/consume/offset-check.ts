/** Where a batch of a partition stands to the position of whoever reads it. */
export type OffsetCheck<T> =
  | { readonly kind: 'apply'; readonly records: readonly [T, ...T[]] }
  /** Nothing in it is new. */
  | { readonly kind: 'known' }
  /** It begins later than what was read ends. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly records: readonly [T, ...T[]] };

/** Drops what was read already. `expected`: offset of the first record that was not. */
export function checkBatchOffsets<T extends { readonly offset: number }>(
  records: readonly T[],
  expected: number,
): OffsetCheck<T> {
  const [first, ...others] = records.filter((record) => record.offset >= expected);
  if (!first) return { kind: 'known' };
  return first.offset === expected
    ? { kind: 'apply', records: [first, ...others] }
    : { kind: 'gap', from: expected, to: first.offset, records: [first, ...others] };
}
