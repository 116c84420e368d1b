import { isTransientKafkaError } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { classify } from '@callstream/tables';
import pRetry from 'p-retry';

const firstDelayMs = 100;
const delayMaxMs = 5_000;

export interface RetryTransientOptions {
  /** Ends the attempts when the process stops. */
  readonly signal: AbortSignal;
  /** No attempt begins later than this, in ms since the first. Default: no limit. */
  readonly withinMs?: number;
  /** Called after each transient error, before the backoff. */
  readonly onRetry: (reason: string) => void;
  readonly log: Log;
}

const isTransient = (error: unknown): boolean => classify(error) === 'transient' || isTransientKafkaError(error);

/**
 * Retries `work` after transient errors of Kafka and Postgres, with exponential backoff and jitter, until it succeeds.
 * @throws the first permanent error, or the last error once `withinMs` is over
 */
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
