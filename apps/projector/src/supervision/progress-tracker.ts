/** Where a partition stands, at one moment. */
export interface PartitionSample {
  /** When, in ms since 1970. */
  readonly at: number;
  /** Offset that the next record of the log will have. */
  readonly end: number;
  /** Offset of the first record that is not applied. */
  readonly position: number;
  /** Before this offset there is nothing that could be applied; at least `position`. */
  readonly passed: number;
  /** Kafka timestamp of the last record applied, in ms since 1970; null if there is none. */
  readonly lastTimestamp: number | null;
  /** It is known why it does not move: that is being tried again. */
  readonly inTrouble: boolean;
}

export interface PartitionProgress {
  /** Records that wait. */
  readonly lag: number;
  /** Age of the oldest of them, at most, in ms. */
  readonly lagMs: number;
  /** For how long records have waited and the position has not moved, in ms. */
  readonly stalledMs: number;
}

/** Follows the partitions over time: progress is a position that moves, or nothing to do. */
export function createProgressTracker(): {
  readonly observe: (partition: number, sample: PartitionSample) => PartitionProgress;
  readonly forget: (partition: number) => void;
} {
  const known = new Map<number, { position: number; movedAt: number; caughtUpAt: number }>();
  return {
    observe: (partition, { at, end, position, passed, lastTimestamp, inTrouble }) => {
      const before = known.get(partition) ?? { position, movedAt: at, caughtUpAt: -Infinity };
      const lag = Math.max(0, end - passed);
      const moved = lag === 0 || inTrouble || position !== before.position;
      const now = {
        position,
        movedAt: moved ? at : before.movedAt,
        caughtUpAt: lag === 0 ? at : before.caughtUpAt,
      };
      known.set(partition, now);
      // What waits was written after we had caught up, and not before what was applied last.
      const since = Math.max(now.caughtUpAt, lastTimestamp ?? -Infinity);
      const lagMs = lag === 0 || since === -Infinity ? 0 : Math.max(0, at - since);
      return { lag, lagMs, stalledMs: at - now.movedAt };
    },
    forget: (partition) => known.delete(partition),
  };
}
