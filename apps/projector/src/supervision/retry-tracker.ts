import type { Log } from '@callstream/runtime';
import { retryTransient } from './retry-transient.ts';

/** Retries work, and knows what is being retried just now. */
export interface RetryTracker {
  /** Retries `work` until it succeeds. `partition`: the one that waits for it; none: all of them wait. */
  readonly retry: <T>(work: () => Promise<T>, partition?: number) => Promise<T>;
  readonly isRetrying: (partition: number) => boolean;
  /** What fails, and since when; null if nothing does. */
  readonly describe: () => string | null;
}

interface OngoingRetry {
  readonly since: Date;
  reason: string;
}

interface TrackedWork {
  readonly partition: number | undefined;
  /** Set by the first transient error. */
  retry?: OngoingRetry;
}

export function createRetryTracker(options: {
  readonly signal: AbortSignal;
  readonly onRetry: () => void;
  readonly log: Log;
}): RetryTracker {
  const running = new Set<TrackedWork>();
  return {
    retry: async (work, partition) => {
      const tracked: TrackedWork = { partition };
      running.add(tracked);
      const onRetry = (reason: string): void => {
        options.onRetry();
        tracked.retry ??= { since: new Date(), reason };
        tracked.retry.reason = reason;
      };
      return retryTransient(work, { ...options, onRetry }).finally(() => running.delete(tracked));
    },
    isRetrying: (partition) =>
      [...running].some(
        (tracked) => tracked.retry && (tracked.partition === undefined || tracked.partition === partition),
      ),
    describe: () => {
      const [first] = [...running].flatMap(({ retry }) => retry ?? []);
      return first ? `Retrying since ${first.since.toISOString()}: ${first.reason}` : null;
    },
  };
}
