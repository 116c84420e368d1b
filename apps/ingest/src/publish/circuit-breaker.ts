/** Pause before a partition that failed is tried again, in ms; doubled with every failure. */
const backoffMs = { first: 100, max: 5_000 };

/** Which partitions take records now. One without a leader must not hold up the others. */
export interface PartitionBreakers {
  readonly isAway: (partition: number) => boolean;
  readonly failed: (partitions: Iterable<number>) => void;
  readonly succeeded: (partitions: Iterable<number>) => void;
  /** How long to wait before a partition is to be tried again, in ms. */
  readonly retryInMs: (partition: number) => number;
  /** How many failed when they were last tried. */
  readonly away: () => number;
}

/**
 * `isDraining`: whether the spool has records of a partition. Then it is their sender who tries it again, and live
 * events stay away until that has succeeded; else a live event does.
 */
export function createPartitionBreakers(isDraining: (partition: number) => boolean): PartitionBreakers {
  const failures = new Map<number, { times: number; retryAt: number }>();
  const retryInMs = (partition: number): number =>
    Math.max(0, (failures.get(partition)?.retryAt ?? 0) - performance.now());
  return {
    isAway: (partition) => failures.has(partition) && (retryInMs(partition) > 0 || isDraining(partition)),
    failed: (partitions) => {
      for (const partition of partitions) {
        const times = (failures.get(partition)?.times ?? 0) + 1;
        const waitMs = Math.min(backoffMs.max, backoffMs.first * 2 ** (times - 1));
        failures.set(partition, { times, retryAt: performance.now() + waitMs * (0.5 + Math.random() / 2) });
      }
    },
    succeeded: (partitions) => {
      if (failures.size > 0) for (const partition of partitions) failures.delete(partition);
    },
    retryInMs,
    away: () => failures.size,
  };
}
