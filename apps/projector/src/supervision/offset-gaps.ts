import type { Log } from '@callstream/runtime';
import type { ProjectorMetrics } from '../metrics.ts';
import { ProjectionStopped, rebuildRemedy } from './projection-stopped.ts';

export interface GapsOptions {
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
  readonly metrics: Pick<ProjectorMetrics, 'gaps'>;
  readonly log: Log;
}

/** Decides whether missing offsets are a gap of the log, or records that were not fetched. */
export interface Gaps {
  /**
   * Whether to continue at `to` although the offsets `from` to `to` − 1 are missing. The first answer for a gap is false: read
   * again from `from`. If the gap is still there, an aborted transaction left it.
   * @throws {ProjectionStopped} if Kafka has deleted records that were not projected
   */
  readonly maySkip: (partition: number, gap: { readonly from: number; readonly to: number }) => Promise<boolean>;
}

export function createGaps({ logStart, metrics, log }: GapsOptions): Gaps {
  /** Start of the last gap of each partition. */
  const reread = new Map<number, number>();
  return {
    maySkip: async (partition, { from, to }) => {
      if (reread.get(partition) !== from) {
        reread.set(partition, from);
        return false;
      }
      const start = await logStart(partition);
      if (start > from)
        throw new ProjectionStopped(
          `Kafka has deleted records ${from} to ${start - 1} of partition ${partition} that were never projected. Set retention.ms=-1 on the topic. ${rebuildRemedy}`,
        );
      metrics.gaps.inc();
      log.warn({ partition, from, to }, 'projector.gap');
      return true;
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
