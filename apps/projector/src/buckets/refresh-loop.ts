import { runUntilAborted, sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { refreshBuckets } from '@callstream/tables';
import type { Tables } from '@callstream/tables';

/**
 * Time from the end of one refresh to the next, in ms. What has changed meanwhile is read from visits and calls; a refresh counts
 * the whole day of a change, so it should not follow each commit.
 */
const refreshEveryMs = 30_000;

export interface BucketRefreshOptions {
  readonly db: Tables;
  readonly everyMs?: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface BucketRefresh {
  /** Rejects with the first programming error. */
  readonly failure: Promise<never>;
}

/** Refreshes the buckets until `signal` is aborted. All projectors do so; one of them at a time gets the lock. */
export function startBucketRefresh({ db, everyMs = refreshEveryMs, signal, log }: BucketRefreshOptions): BucketRefresh {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const work = async (): Promise<void> => {
    await refreshBuckets(db);
    await sleep(everyMs, signal);
  };
  const onFailure = (error: unknown, failures: number): void => {
    if (failures > 1 || signal.aborted) return;
    log.warn({ reason: (error as Error).message }, 'projector.stale-buckets');
  };
  runUntilAborted(work, { signal, onFailure }).catch(reject);
  return { failure };
}
