/** What a delegator has read of its partitions. */
export interface ReadProgress {
  /** It has these partitions from now on. */
  readonly joined: (partitions: readonly number[]) => void;
  /** `partition` is handled up to before the offset `next`. */
  readonly handled: (partition: number, next: number) => void;
  /**
   * Compares with the log. @param ends offset of the next record of each partition @param at ms since any fixed moment
   * @returns for how long records have waited in one of its partitions, and none of them was handled, in ms; 0: it is not behind
   */
  readonly stalledMs: (ends: ReadonlyMap<number, { readonly high: number }>, at: number) => number;
  /** Something else explains that nothing is handled: no stall until now. */
  readonly excuse: (at: number) => void;
}

export function createReadProgress(): ReadProgress {
  /** `next` is undefined until a record is handled: then only records count that are written after the first look. */
  const partitions = new Map<number, { next: number | undefined; movedAt: number | undefined }>();
  return {
    joined: (assigned) => {
      partitions.clear();
      for (const partition of assigned) partitions.set(partition, { next: undefined, movedAt: undefined });
    },
    handled: (partition, next) => {
      if (partitions.has(partition)) partitions.set(partition, { next, movedAt: undefined });
    },
    stalledMs: (ends, at) => {
      let stalledMs = 0;
      for (const [partition, known] of partitions) {
        const { high = 0 } = ends.get(partition) ?? {};
        known.next ??= high;
        if (known.next >= high) known.movedAt = undefined;
        else known.movedAt ??= at;
        stalledMs = Math.max(stalledMs, at - (known.movedAt ?? at));
      }
      return stalledMs;
    },
    excuse: (at) => {
      for (const known of partitions.values()) if (known.movedAt !== undefined) known.movedAt = at;
    },
  };
}
