import { isTransientKafkaError } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { classify } from '@callstream/tables';
import pRetry from 'p-retry';

const firstDelayMs = 100;
const delayMaxMs = 5_000;

export interface RetryTransientOptions {
  /** Ends the attempts: the process is stopping. */
  readonly signal: AbortSignal;
  /** No attempt begins later than this, in ms since the first. For ever if not given. */
  readonly withinMs?: number;
  /** An attempt failed for a passing reason; there will be another. */
  readonly onRetry: (reason: string) => void;
  readonly log: Log;
}

const isTransient = (error: unknown): boolean => classify(error) === 'transient' || isTransientKafkaError(error);

/** Does `work` until it succeeds, for as long as it fails for a passing reason. @throws what does not pass by itself, or in time */
export async function retryTransient<T>(
  work: () => Promise<T>,
  { signal, withinMs = Infinity, onRetry, log }: RetryTransientOptions,
): Promise<T> {
  return pRetry(work, {
    retries: Infinity,
    minTimeout: firstDelayMs,
    maxTimeout: delayMaxMs,
    maxRetryTime: withinMs,
    randomize: true,
    signal,
    shouldRetry: ({ error }) => isTransient(error),
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (!isTransient(error)) return;
      const cause = error.cause instanceof Error ? error.cause.message : undefined;
      onRetry(cause === undefined ? error.message : `${error.message} (${cause})`);
      log.warn({ attempt: attemptNumber, error: error.name, reason: error.message, cause }, 'projector.retrying');
    },
  });
}
