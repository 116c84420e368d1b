import type { Log } from '@callstream/runtime';
import { retryTransient } from './retry-transient.ts';

/** What is being tried again and again just now. */
export interface RetryTracker {
  /** Does `work` until it succeeds. `partition`: the one that waits for it; none: all of them do. */
  readonly keepTrying: <T>(work: () => Promise<T>, partition?: number) => Promise<T>;
  readonly isIn: (partition: number) => boolean;
  /** What fails, and since when; null if nothing does. */
  readonly describe: () => string | null;
}

interface OngoingRetry {
  readonly since: Date;
  reason: string;
}

export function createRetryTracker(options: {
  readonly signal: AbortSignal;
  readonly onRetry: () => void;
  readonly log: Log;
}): RetryTracker {
  const all = new Set<{ readonly partition: number | undefined; trouble?: OngoingRetry }>();
  return {
    keepTrying: async (work, partition) => {
      const attempt: { partition: number | undefined; trouble?: OngoingRetry } = { partition };
      all.add(attempt);
      const onRetry = (reason: string): void => {
        options.onRetry();
        attempt.trouble ??= { since: new Date(), reason };
        attempt.trouble.reason = reason;
      };
      return retryTransient(work, { ...options, onRetry }).finally(() => all.delete(attempt));
    },
    isIn: (partition) =>
      [...all].some(({ trouble, partition: of }) => trouble && (of === undefined || of === partition)),
    describe: () => {
      const [first] = [...all].flatMap(({ trouble }) => trouble ?? []);
      return first ? `Trying again since ${first.since.toISOString()}: ${first.reason}` : null;
    },
  };
}
