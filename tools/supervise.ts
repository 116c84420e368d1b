import { setTimeout as pause } from 'node:timers/promises';

/** Something that runs until it is disposed, or until it dies: then `exited` says how. */
export type RunningProcess = AsyncDisposable & { readonly exited: Promise<string> };

const backoffMs = { first: 500, max: 15_000 };
/** A part that ran this long was all right, and its next death is a first one. */
const settledMs = 60_000;

/**
 * Starts a part, and starts it again whenever it dies, until disposed. One line tells of each death.
 * @throws whatever the first start throws: a part that never ran is not worth repeating.
 */
export async function supervise<T extends RunningProcess>(
  name: string,
  {
    start,
    again = start,
    say,
  }: { start: () => Promise<T>; again?: (first: T) => Promise<RunningProcess>; say: (line: string) => void },
): Promise<{ first: T } & AsyncDisposable> {
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const first = await start();
  let running: RunningProcess | null = first;

  const watch = async () => {
    let waitMs = backoffMs.first;
    while (!isStopping()) {
      const startedAt = performance.now();
      const how = running === null ? null : await running.exited;
      running = null;
      if (isStopping()) return;
      if (performance.now() - startedAt > settledMs) waitMs = backoffMs.first;
      if (how !== null) say(`${name} ended (${how}); starting it again in ${waitMs / 1000} s.`);
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, backoffMs.max);
      if (isStopping()) return;
      try {
        running = await again(first);
        say(`${name} runs again.`);
      } catch (error) {
        say(
          `${name} could not be started again: ${(error as Error).message.split('\n')[0] ?? ''} Trying again in ${waitMs / 1000} s.`,
        );
      }
    }
  };
  const watching = watch();

  const stop = async () => {
    stopping.abort();
    await running?.[Symbol.asyncDispose]();
    await watching;
    await running?.[Symbol.asyncDispose](); // it was being started just then
  };
  return { first, [Symbol.asyncDispose]: stop };
}
