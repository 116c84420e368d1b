import type { Position } from '@callstream/tables';
import type { ProjectorMetrics } from '../metrics.ts';
import { checkOffsets, topicMissing } from './check-log.ts';
import type { LogOffsets } from './check-log.ts';
import { createProgressTracker } from './progress-tracker.ts';
import { checkVersion, ProjectionStopped } from './projection-stopped.ts';

export interface ProgressCheckOptions {
  readonly topic: string;
  /** Partitions that this projector has; null before it has joined its group. */
  readonly assigned: () => ReadonlySet<number> | null;
  /** `position`, moved over offsets that hold no records. */
  readonly effectivePosition: (partition: number, position: number) => number;
  /** Whether the partition is known to wait: for a retry, or for an operator. */
  readonly isWaiting: (partition: number) => boolean;
  readonly metrics: Pick<ProjectorMetrics, 'lag' | 'lagSeconds'>;
  /** Stall after which the projector ends, in ms: PROJECTOR_STALL_SECONDS. */
  readonly stallMs: number;
}

/** Positions of the tables and offsets of the log, read at the same time. */
export interface ProgressObservation {
  /** The last ones known, if Postgres does not answer. */
  readonly positions: readonly Position[];
  /** Null: there is no such topic. */
  readonly ends: LogOffsets | null;
  /** Why Postgres does not answer; null if it does. The lag is measured all the same. */
  readonly postgresError: string | null;
}

export interface ProgressStatus {
  /** Why the projector is not ready; null if nothing is wrong. */
  readonly problem: string | null;
  /** Records that wait, in all of its partitions. */
  readonly lag: number;
}

/** Stall after which the projector is not ready, in ms. */
const notReadyAfterMs = 10_000;

/**
 * Checks one observation after the other, and sets the lag metrics.
 * @throws {ProjectionStopped} from the returned function: on a stall, or if log and tables no longer belong together
 */
export function createProgressCheck(
  options: ProgressCheckOptions,
): (observation: ProgressObservation) => ProgressStatus {
  const measure = createMeasure(options);
  const { topic } = options;
  let previous: Error | undefined;
  return ({ positions, ends, postgresError }) => {
    if (postgresError !== null) return { problem: postgresError, lag: measure(positions, ends, true).lag };
    try {
      if (ends === null) throw topicMissing(topic, positions);
      checkOffsets(topic, positions, ends);
      for (const { version } of positions) checkVersion(version);
      previous = undefined;
    } catch (error) {
      // Only twice in a row is an error: while partitions change their leader, a single answer may be outdated.
      if (previous || !(error instanceof ProjectionStopped)) throw error;
      previous = error;
      return { problem: error.message, lag: 0 };
    }
    return measure(positions, ends, false);
  };
}

/** Measures lag and stalls of this projector's partitions. */
function createMeasure({ assigned, effectivePosition, isWaiting, metrics, stallMs }: ProgressCheckOptions) {
  const tracker = createProgressTracker();
  const startedAt = Date.now();
  return (positions: readonly Position[], ends: LogOffsets | null, isPostgresUnavailable: boolean): ProgressStatus => {
    const at = Date.now();
    const mine = assigned();
    if (mine === null && !isPostgresUnavailable && at - startedAt > stallMs)
      throw stalled('has not joined its consumer group', at - startedAt);
    let problem: string | null = null;
    let totalLag = 0;
    for (const { partition, nextOffset: position, lastTimestamp } of positions) {
      if (!mine?.has(partition)) {
        tracker.forget(partition);
        metrics.lag.remove({ partition });
        metrics.lagSeconds.remove({ partition });
        continue;
      }
      const { lag, lagMs, stalledMs } = tracker.observe(partition, {
        at,
        end: ends?.get(partition)?.high ?? 0,
        position,
        effectivePosition: effectivePosition(partition, position),
        lastTimestamp,
        hasKnownCause: isPostgresUnavailable || isWaiting(partition),
      });
      metrics.lag.set({ partition }, lag);
      metrics.lagSeconds.set({ partition }, lagMs / 1_000);
      totalLag += lag;
      const stall = `partition ${partition} stays at offset ${position} while ${lag} records wait`;
      if (stalledMs > stallMs) throw stalled(stall, stalledMs);
      if (stalledMs > notReadyAfterMs) problem = `No progress for ${Math.round(stalledMs / 1_000)} s: ${stall}.`;
    }
    return { problem, lag: totalLag };
  };
}

const stalled = (what: string, ms: number): ProjectionStopped =>
  new ProjectionStopped(
    `No progress for ${Math.round(ms / 1_000)} s: ${what}, and no error explains it. The stall watchdog ends the projector so that its supervisor restarts it (PROJECTOR_STALL_SECONDS).`,
  );
