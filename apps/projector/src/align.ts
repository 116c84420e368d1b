/** Where a batch of a partition stands to the position that the tables have. */
export type Alignment<T> =
  | { readonly kind: 'apply'; readonly records: readonly [T, ...T[]] }
  /** Nothing in it is new. */
  | { readonly kind: 'known' }
  /** It begins later than the tables end. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly records: readonly [T, ...T[]] };

/** Drops what the tables already have. `expected`: offset of the first record that they do not have. */
export function align<T extends { readonly offset: number }>(records: readonly T[], expected: number): Alignment<T> {
  const [first, ...others] = records.filter((record) => record.offset >= expected);
  if (!first) return { kind: 'known' };
  return first.offset === expected
    ? { kind: 'apply', records: [first, ...others] }
    : { kind: 'gap', from: expected, to: first.offset, records: [first, ...others] };
}
