import type { ProjectorMetrics } from '../metrics.ts';
import type { RetryTracker } from './retry-tracker.ts';

export interface GroupMembershipOptions {
  /** Checks the log, and reads the positions that other projectors have reached. */
  readonly checkLog: () => Promise<void>;
  readonly retries: Pick<RetryTracker, 'retry'>;
  readonly metrics: Pick<ProjectorMetrics, 'partitions' | 'rebalances'>;
}

/** This projector as a member of its consumer group. */
export interface GroupMembership {
  readonly onJoin: (partitions: readonly number[]) => void;
  /** Partitions that this projector has; null before it has joined the group. */
  readonly assigned: () => ReadonlySet<number> | null;
  /** Resolves once the log was checked after the last rebalance; no batch is applied before. */
  readonly logChecked: () => Promise<void>;
  /** Rejects when a check fails for good. */
  readonly failure: Promise<never>;
}

export function createGroupMembership({ checkLog, retries, metrics }: GroupMembershipOptions): GroupMembership {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  let assigned: ReadonlySet<number> | null = null;
  let checked = Promise.resolve();
  return {
    onJoin: (partitions) => {
      assigned = new Set(partitions);
      metrics.rebalances.inc();
      metrics.partitions.set(partitions.length);
      // The topic may have been deleted and recreated meanwhile.
      checked = retries.retry(checkLog);
      checked.catch(reject);
    },
    assigned: () => assigned,
    logChecked: () => checked,
    failure,
  };
}
