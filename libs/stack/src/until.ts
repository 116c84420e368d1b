import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither undefined nor false, and gives that answer.
 * @throws {Error} from `onTimeout` after `timeoutMs`.
 */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeoutMs, everyMs = 50, onTimeout }: { timeoutMs: number; everyMs?: number; onTimeout: () => Error },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw onTimeout();
    await pause(everyMs);
  }
}
