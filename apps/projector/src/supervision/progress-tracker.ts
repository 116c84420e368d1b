/** A partition at one moment. */
export interface PartitionSample {
  /** Time of the sample, in ms since 1970. */
  readonly at: number;
  /** Offset that the next record of the log will have. */
  readonly end: number;
  /** Offset of the first record that is not applied. */
  readonly position: number;
  /** `position`, moved over offsets that hold no records (transaction markers). */
  readonly effectivePosition: number;
  /** Kafka timestamp of the last record applied, in ms since 1970; null if there is none. */
  readonly lastTimestamp: number | null;
  /** Something else, such as a retry, explains why the position does not move: that is no stall. */
  readonly hasKnownCause: boolean;
}

export interface PartitionProgress {
  /** Records that wait. */
  readonly lag: number;
  /** Age of the oldest of them, at most, in ms. */
  readonly lagMs: number;
  /** For how long records have waited and the position has not moved, in ms. */
  readonly stalledMs: number;
}

/** Tracks the partitions over time. A position that moves is progress, and so is a lag of 0. */
export function createProgressTracker(): {
  readonly observe: (partition: number, sample: PartitionSample) => PartitionProgress;
  readonly forget: (partition: number) => void;
} {
  const known = new Map<number, { position: number; movedAt: number; caughtUpAt: number }>();
  return {
    observe: (partition, { at, end, position, effectivePosition, lastTimestamp, hasKnownCause }) => {
      const before = known.get(partition) ?? { position, movedAt: at, caughtUpAt: -Infinity };
      const lag = Math.max(0, end - effectivePosition);
      const moved = lag === 0 || hasKnownCause || position !== before.position;
      const now = {
        position,
        movedAt: moved ? at : before.movedAt,
        caughtUpAt: lag === 0 ? at : before.caughtUpAt,
      };
      known.set(partition, now);
      // The waiting records were written after the lag was last 0, and not before the last applied one.
      const since = Math.max(now.caughtUpAt, lastTimestamp ?? -Infinity);
      const lagMs = lag === 0 || since === -Infinity ? 0 : Math.max(0, at - since);
      return { lag, lagMs, stalledMs: at - now.movedAt };
    },
    forget: (partition) => known.delete(partition),
  };
}
