import { backoffMs, isProgrammingError, sleep } from '@callstream/resilience';
import { DeadlineExceeded, isTransientKafkaError, within } from '@callstream/runtime';
import { classify } from '@callstream/tables';

const backoff = { firstMs: 50, maxMs: 1_000, jitter: 0.5 };
/** Longest attempt, in ms: a server or a network may hang without an error. */
const attemptMsMax = 3_000;

export interface RetryAttemptsOptions {
  readonly signal: AbortSignal;
  /** Called with each transient error, and with null once an attempt succeeds after one. */
  readonly onProblem: (reason: string | null) => void;
}

const isTransient = (error: unknown): boolean =>
  error instanceof DeadlineExceeded || classify(error) === 'transient' || isTransientKafkaError(error);

/**
 * Repeats `work`, which must be idempotent, until it succeeds. An attempt that hangs goes on in the background.
 * @throws the first error that is permanent, or the last one once `signal` is aborted
 */
export async function retryTransient<T>(
  work: () => Promise<T>,
  { signal, onProblem }: RetryAttemptsOptions,
): Promise<T> {
  const isStopping = (): boolean => signal.aborted;
  for (let failures = 1; ; failures++) {
    try {
      const result = await within(attemptMsMax, work());
      if (failures > 1) onProblem(null);
      return result;
    } catch (error) {
      if (isProgrammingError(error) || !isTransient(error)) throw error;
      const { message, cause } = error as Error;
      onProblem(cause instanceof Error ? `${message} (${cause.message})` : message);
      if (!isStopping()) await sleep(backoffMs(failures, backoff), signal);
      if (isStopping()) throw error;
    }
  }
}
