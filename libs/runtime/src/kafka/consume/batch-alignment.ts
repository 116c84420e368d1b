/** How the offsets of a batch follow the position of its reader. */
export type OffsetCheck<T> =
  /** Continues at the position; records before it are dropped. */
  | { readonly kind: 'contiguous'; readonly records: readonly [T, ...T[]] }
  /** All records are before the position. */
  | { readonly kind: 'duplicate' }
  /** Begins after the position; records from `from` to before `to` are missing. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly records: readonly [T, ...T[]] };

/** Drops records that were read before. `expected`: position of the reader, the offset that it expects next. */
export function checkBatchOffsets<T extends { readonly offset: number }>(
  records: readonly T[],
  expected: number,
): OffsetCheck<T> {
  const [first, ...others] = records.filter((record) => record.offset >= expected);
  if (!first) return { kind: 'duplicate' };
  return first.offset === expected
    ? { kind: 'contiguous', records: [first, ...others] }
    : { kind: 'gap', from: expected, to: first.offset, records: [first, ...others] };
}
