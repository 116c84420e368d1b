import type { Log } from '@callstream/runtime';
import type { ProjectorMetrics } from '../metrics.ts';
import { ProjectionStopped, rebuildRemedy } from './projection-stopped.ts';

export interface GapsOptions {
  /** Offset of the first record that the log still has. */
  readonly logStart: (partition: number) => Promise<number>;
  readonly metrics: Pick<ProjectorMetrics, 'gaps'>;
  readonly log: Log;
}

/** Decides on offsets that the tables expect and that did not come. */
export interface Gaps {
  /**
   * Whether what comes at `to` may follow what ends at `from`. False: it is to be read again from `from` first; a gap that is
   * still there then is real (an aborted transaction).
   * @throws {ProjectionStopped} if the log was cut off
   */
  readonly mayGoOver: (partition: number, gap: { readonly from: number; readonly to: number }) => Promise<boolean>;
}

export function createGaps({ logStart, metrics, log }: GapsOptions): Gaps {
  const sought = new Map<number, number>();
  return {
    mayGoOver: async (partition, { from, to }) => {
      if (sought.get(partition) !== from) {
        sought.set(partition, from);
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
