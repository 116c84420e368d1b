import { backoffMs } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { isProgrammingError } from './programming-error.ts';
import { sleep } from './sleep.ts';

const defaultBackoff: Backoff = { firstMs: 250, maxMs: 5_000, jitter: 0.5 };

export interface RunUntilAbortedOptions {
  readonly signal: AbortSignal;
  /** Called after each failure, before the backoff. @param failures length of the row of failures: 1 for its first */
  readonly onFailure: (error: unknown, failures: number) => void;
  /** Up to 5 s if not given. */
  readonly backoff?: Backoff;
}

/**
 * Runs `work`, and again each time it ends, until `signal` is aborted; after a failure with a backoff. By hand, because p-retry
 * counts all failures of work that goes on for days: here `onWorks` ends a row of failures, and so does work that resolves.
 * @throws the first programming error
 */
export async function runUntilAborted(
  work: (onWorks: () => void) => Promise<void>,
  { signal, onFailure, backoff = defaultBackoff }: RunUntilAbortedOptions,
): Promise<void> {
  let failures = 0;
  const onWorks = (): void => void (failures = 0);
  while (!signal.aborted) {
    try {
      await work(onWorks);
      onWorks();
    } catch (error) {
      if (isProgrammingError(error)) throw error;
      failures++;
      onFailure(error, failures);
      await sleep(backoffMs(failures, backoff), signal);
    }
  }
}
