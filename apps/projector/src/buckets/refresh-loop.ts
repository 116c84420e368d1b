import { isProgrammingError, runUntilAborted, sleep } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { compactMarks, ConnectionLost, isServerUnavailable, readMarkedDays, refreshDay } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import type { ProjectorMetrics } from '../metrics.ts';
import { createFailedDays } from './failed-days.ts';
import { createMarkAges } from './mark-ages.ts';

/** Time from the end of one refresh to the next, in ms. What has changed meanwhile is read from visits and calls. */
const refreshEveryMs = 30_000;

export interface BucketRefreshOptions {
  readonly db: Tables;
  readonly everyMs?: number;
  readonly metrics: Pick<ProjectorMetrics, 'oldestBucketMark'>;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface BucketRefresh {
  /** Rejects with the first programming error. */
  readonly failure: Promise<never>;
}

/** Refreshes the buckets until `signal` is aborted. All projectors do so; one of them at a time gets the lock. */
export function startBucketRefresh(options: BucketRefreshOptions): BucketRefresh {
  const { db, everyMs = refreshEveryMs, metrics, signal, log } = options;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const failed = createFailedDays(log);
  const ages = createMarkAges();

  /** @returns whether the next day may be counted */
  const refresh = async (day: string): Promise<boolean> => {
    try {
      const isCounted = await refreshDay(db, { day });
      if (isCounted) failed.remove(day);
      return isCounted;
    } catch (error) {
      if (isProgrammingError(error) || isServerUnavailable(error) || signal.aborted) throw error;
      failed.add(day, error as Error);
      // The day waits also then, as it may be what breaks the connection.
      if (error instanceof ConnectionLost) throw error;
      // What makes the count fail may make this fail too: then the marks are compacted when the day is tried again.
      await compactMarks(db, { day }).catch(() => undefined);
      return true;
    }
  };
  const work = async (): Promise<void> => {
    const marked = await readMarkedDays(db);
    const days = marked.map(({ day }) => day);
    metrics.oldestBucketMark.set(ages.oldestSeconds(marked));
    failed.keepOnly(days);
    for (const day of days) if (!failed.mustWait(day) && !(await refresh(day))) break;
    await sleep(everyMs, signal);
  };
  const onFailure = (error: unknown, failures: number): void => {
    if (failures > 1 || signal.aborted) return;
    log.warn({ reason: (error as Error).message }, 'projector.stale-buckets');
  };
  runUntilAborted(work, { signal, onFailure }).catch(reject);
  return { failure };
}
