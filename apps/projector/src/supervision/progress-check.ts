import type { Position } from '@callstream/tables';
import { checkOffsets, topicMissing } from './check-log.ts';
import type { LogOffsets } from './check-log.ts';
import type { ProjectorMetrics } from '../metrics.ts';
import { createProgressTracker } from './progress-tracker.ts';
import { checkVersion, ProjectionStopped } from './projection-stopped.ts';
import type { RetryTracker } from './retry-tracker.ts';

export interface ProgressCheckOptions {
  readonly topic: string;
  /** Partitions that this projector has; null before it has joined its group. */
  readonly assigned: () => ReadonlySet<number> | null;
  /** Before this offset there is nothing to apply from `position` on. */
  readonly passed: (partition: number, position: number) => number;
  readonly troubles: Pick<RetryTracker, 'isIn'>;
  readonly metrics: Pick<ProjectorMetrics, 'lag' | 'lagSeconds'>;
  /** Without progress for this long, while records wait, it ends, in ms. */
  readonly stallMs: number;
}

/** How far the tables and the log are. */
export interface ProgressObservation {
  /** The last ones known, if Postgres is away. */
  readonly positions: readonly Position[];
  /** Null: there is no such topic. */
  readonly ends: LogOffsets | null;
  /** That Postgres does not answer; else null. How far the log runs ahead of the tables is to be told all the same. */
  readonly away: string | null;
}

/** What stands in the way, or null; and how many records wait. */
export interface ProgressStatus {
  readonly problem: string | null;
  readonly lag: number;
}

/** Without progress for this long it is not ready, in ms. */
const notReadyAfterMs = 10_000;

/** Says whether the projector gets on, and tells its metrics. @throws {ProjectionStopped} from the function that it returns */
export function createProgressCheck(judging: ProgressCheckOptions): (seen: ProgressObservation) => ProgressStatus {
  const measure = createMeasure(judging);
  const { topic } = judging;
  let previous: Error | undefined;
  return ({ positions, ends, away }) => {
    if (away !== null) return { problem: away, lag: measure(positions, ends, true).lag };
    try {
      if (ends === null) throw topicMissing(topic, positions);
      checkOffsets(topic, positions, ends);
      for (const { version } of positions) checkVersion(version);
      previous = undefined;
    } catch (error) {
      // Twice in a row: while partitions change their leader, a single answer may be an old one.
      if (previous || !(error instanceof Error)) throw error;
      previous = error;
      return { problem: error.message, lag: 0 };
    }
    return measure(positions, ends, false);
  };
}

/** Follows the partitions of this projector. `isAway`: it is known why none of them moves. */
function createMeasure({ assigned, passed, troubles, metrics, stallMs }: ProgressCheckOptions) {
  const progress = createProgressTracker();
  const startedAt = Date.now();
  return (positions: readonly Position[], ends: LogOffsets | null, isAway: boolean): ProgressStatus => {
    const at = Date.now();
    const mine = assigned();
    if (mine === null && !isAway && at - startedAt > stallMs)
      throw stalled('has not joined its consumer group', at - startedAt);
    let [problem, sum]: [string | null, number] = [null, 0];
    for (const { partition, nextOffset: position, lastTimestamp } of positions) {
      if (!mine?.has(partition)) {
        progress.forget(partition);
        metrics.lag.remove({ partition });
        metrics.lagSeconds.remove({ partition });
        continue;
      }
      const end = ends?.get(partition)?.high ?? 0;
      const { lag, lagMs, stalledMs } = progress.observe(partition, {
        ...{ at, end, position, lastTimestamp },
        passed: passed(partition, position),
        inTrouble: isAway || troubles.isIn(partition),
      });
      metrics.lag.set({ partition }, lag);
      metrics.lagSeconds.set({ partition }, lagMs / 1_000);
      sum += lag;
      const what = `partition ${partition} stays at offset ${position} while ${lag} records wait`;
      if (stalledMs > stallMs) throw stalled(what, stalledMs);
      if (stalledMs > notReadyAfterMs) problem = `No progress for ${Math.round(stalledMs / 1_000)} s: ${what}.`;
    }
    return { problem, lag: sum };
  };
}

const stalled = (what: string, ms: number): ProjectionStopped =>
  new ProjectionStopped(
    `No progress for ${Math.round(ms / 1_000)} s: ${what}, and no error says why. Ending, to be started again.`,
  );
