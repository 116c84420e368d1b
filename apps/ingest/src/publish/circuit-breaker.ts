import { backoffMs } from '@callstream/resilience';

const backoff = { firstMs: 100, maxMs: 5_000, jitter: 0.5 };

/**
 * One circuit breaker per partition, so that a partition without a leader does not hold up the others. It retries nothing by itself:
 * its users ask when they may.
 */
export interface PartitionBreakers {
  /** Whether live events must go to the spool instead. */
  readonly isOpen: (partition: number) => boolean;
  readonly failed: (partitions: Iterable<number>) => void;
  readonly succeeded: (partitions: Iterable<number>) => void;
  /** Remaining backoff of a partition, in ms. */
  readonly retryInMs: (partition: number) => number;
  /** Number of partitions whose last attempt failed. */
  readonly openCount: () => number;
}

/**
 * `isDraining`: whether the spool has records of a partition. While it has, only the drainer retries the partition, and live
 * events wait for its success; otherwise a live event retries it after the backoff.
 *
 *             failure         backoff over and spool drained
 *     closed ---------> open --------------------------------> half-open
 *       ^               |  ^                                    |  |
 *       |   the drainer |  |               failure              |  |
 *       +--- succeeds --+  +------------------------------------+  |
 *       +----------------------- success --------------------------+
 */
export function createPartitionBreakers(isDraining: (partition: number) => boolean): PartitionBreakers {
  const failures = new Map<number, { count: number; retryAt: number }>();
  const retryInMs = (partition: number): number =>
    Math.max(0, (failures.get(partition)?.retryAt ?? 0) - performance.now());
  return {
    isOpen: (partition) => failures.has(partition) && (retryInMs(partition) > 0 || isDraining(partition)),
    failed: (partitions) => {
      for (const partition of partitions) {
        const count = (failures.get(partition)?.count ?? 0) + 1;
        failures.set(partition, { count, retryAt: performance.now() + backoffMs(count, backoff) });
      }
    },
    succeeded: (partitions) => {
      if (failures.size > 0) for (const partition of partitions) failures.delete(partition);
    },
    retryInMs,
    openCount: () => failures.size,
  };
}
