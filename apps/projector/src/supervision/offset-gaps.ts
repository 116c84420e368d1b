import type { Log, OffsetRange } from '@callstream/runtime';
import type { ProjectorMetrics } from '../metrics.ts';
import { ProjectionStopped, rebuildRemedy } from './projection-stopped.ts';

export interface GapsOptions {
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
  readonly metrics: Pick<ProjectorMetrics, 'gaps'>;
  readonly log: Log;
}

/** Gaps of the log that the projection passes. */
export interface Gaps {
  /**
   * Counts a gap that the projection is about to pass.
   * @throws {ProjectionStopped} if Kafka has deleted records in it that were not projected
   */
  readonly report: (partition: number, gap: OffsetRange) => Promise<void>;
}

export function createGaps({ logStart, metrics, log }: GapsOptions): Gaps {
  return {
    report: async (partition, { from, to }) => {
      const start = await logStart(partition);
      if (start > from)
        throw new ProjectionStopped(
          `Kafka has deleted records ${from} to ${start - 1} of partition ${partition} that were never projected. Set retention.ms=-1 and retention.bytes=-1 on the topic. ${rebuildRemedy}`,
        );
      metrics.gaps.inc();
      log.warn({ partition, from, to }, 'projector.gap');
    },
  };
}

export interface EffectivePositions {
  /** Called when there are no records before offset `next`. */
  readonly advance: (partition: number, next: number) => void;
  /** `position`, moved over offsets that hold no records. */
  readonly of: (partition: number, position: number) => number;
}

/** Knows where the offsets after a position hold only transaction markers and aborted records, which are no lag. */
export function createEffectivePositions(positions: ReadonlyMap<number, number>): EffectivePositions {
  const advanced = new Map<number, { readonly from: number | undefined; readonly next: number }>();
  return {
    advance: (partition, next) => advanced.set(partition, { from: positions.get(partition), next }),
    of: (partition, position) => {
      const known = advanced.get(partition);
      return known?.from === position ? Math.max(position, known.next) : position;
    },
  };
}
