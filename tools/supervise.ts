import { backoffMs, sleep } from '@callstream/resilience';

/** A process that runs until it is disposed or exits; `exited` resolves with its exit code or signal. */
export interface RunningProcess extends AsyncDisposable {
  readonly exited: Promise<string>;
}

const backoff = { firstMs: 500, maxMs: 15_000, jitter: 0 };
/** After running this long, the backoff is reset. (Not `runUntilAborted`: a process does not report that it works.) */
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
    let exits = 0;
    while (!isStopping()) {
      const startedAt = performance.now();
      const exitReason = running === null ? null : await running.exited;
      running = null;
      if (isStopping()) return;
      if (performance.now() - startedAt > settledMs) exits = 0;
      const waitMs = backoffMs(++exits, backoff);
      if (exitReason !== null) print(`${name} ended (${exitReason}); restarting it in ${waitMs / 1000} s.`);
      await sleep(waitMs, stopping.signal);
      if (isStopping()) return;
      try {
        running = await restart(first);
        print(`${name} runs again.`);
      } catch (error) {
        print(
          `${name} could not be restarted: ${(error as Error).message.split('\n')[0] ?? ''} Retrying in ${backoffMs(exits + 1, backoff) / 1000} s.`,
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
