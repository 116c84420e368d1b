import { backoffMs } from '@callstream/resilience';
import type { Backoff } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';

/** Waits of a day whose count has failed. It is tried again at once by a new process. */
const dayBackoff: Backoff = { firstMs: 30_000, maxMs: 3_600_000, jitter: 0.5 };

const remedy =
  'Its numbers stay exact, and take longer: they are read from visits and calls. Fix what the reason says; it is retried within an hour. If Postgres cannot read rows of this day: npm run projector -- rebuild';

/** The days of UTC whose buckets cannot be counted now. */
export interface FailedDays {
  /** Whether a day has to wait before it is tried again. */
  readonly mustWait: (day: string) => boolean;
  /** Logs the first failure of a row of failures. */
  readonly add: (day: string, error: Error) => void;
  readonly remove: (day: string) => void;
  /** Forgets all other days: these are all that are marked. */
  readonly keepOnly: (days: readonly string[]) => void;
}

/** A day that fails must not stop the others, so that each has its own backoff. */
export function createFailedDays(log: Log, now: () => number = Date.now): FailedDays {
  const failed = new Map<string, { readonly failures: number; readonly retryAt: number }>();
  return {
    mustWait: (day) => now() < (failed.get(day)?.retryAt ?? 0),
    add: (day, error) => {
      const failures = (failed.get(day)?.failures ?? 0) + 1;
      failed.set(day, { failures, retryAt: now() + backoffMs(failures, dayBackoff) });
      if (failures === 1) log.warn({ day, reason: error.message, remedy }, 'projector.day-not-counted');
    },
    remove: (day) => void failed.delete(day),
    keepOnly: (days) => {
      const marked = new Set(days);
      for (const day of failed.keys()) if (!marked.has(day)) failed.delete(day);
    },
  };
}
