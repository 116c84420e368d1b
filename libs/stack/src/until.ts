import { setTimeout as pause } from 'node:timers/promises';

/** Long, because a busy machine is slow; what never comes still fails. In ms. */
const untilMsMax = 60_000;

export interface UntilOptions {
  /** Default: {@link untilMsMax}. */
  readonly timeoutMs?: number;
  /** Time between the first attempts, in ms; it grows to a tenth of the time waited so far, at most 500 ms. */
  readonly everyMs?: number;
  readonly onTimeout: () => Error;
}

/**
 * Polls until the answer is neither undefined nor false, and resolves with that answer. Long waits poll less often, as
 * a poll (metrics, offsets, rows) takes time from the processes that are waited for.
 * @throws {Error} from `onTimeout` after `timeoutMs`.
 */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs = untilMsMax, everyMs = 50, onTimeout }: UntilOptions,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    const waitedMs = performance.now() - start;
    if (waitedMs > timeoutMs) throw onTimeout();
    await pause(Math.max(everyMs, Math.min(waitedMs / 10, 500)));
  }
}
