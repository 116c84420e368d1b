import { setTimeout as pause } from 'node:timers/promises';

/** A process that runs until it is disposed or exits; `exited` resolves with its exit code or signal. */
export interface RunningProcess extends AsyncDisposable {
  readonly exited: Promise<string>;
}

const backoffMs = { first: 500, max: 15_000 };
/** After running this long, the backoff is reset. */
const settledMs = 60_000;

/**
 * Starts a process, and restarts it with backoff each time it exits, until disposed. Prints a line for each exit.
 * @throws the error of the first start, which is not retried
 */
export async function supervise<T extends RunningProcess>(
  name: string,
  {
    start,
    restart = start,
    print,
  }: { start: () => Promise<T>; restart?: (first: T) => Promise<RunningProcess>; print: (line: string) => void },
): Promise<{ first: T } & AsyncDisposable> {
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const first = await start();
  let running: RunningProcess | null = first;

  const watch = async () => {
    let waitMs = backoffMs.first;
    while (!isStopping()) {
      const startedAt = performance.now();
      const exitReason = running === null ? null : await running.exited;
      running = null;
      if (isStopping()) return;
      if (performance.now() - startedAt > settledMs) waitMs = backoffMs.first;
      if (exitReason !== null) print(`${name} ended (${exitReason}); restarting it in ${waitMs / 1000} s.`);
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, backoffMs.max);
      if (isStopping()) return;
      try {
        running = await restart(first);
        print(`${name} runs again.`);
      } catch (error) {
        print(
          `${name} could not be restarted: ${(error as Error).message.split('\n')[0] ?? ''} Retrying in ${waitMs / 1000} s.`,
        );
      }
    }
  };
  const watching = watch();

  const stop = async () => {
    stopping.abort();
    await running?.[Symbol.asyncDispose]();
    await watching;
    await running?.[Symbol.asyncDispose](); // it was being restarted at that time
  };
  return { first, [Symbol.asyncDispose]: stop };
}
