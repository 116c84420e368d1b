import { within } from '../deadline.ts';
import { stopSignal } from '../stop.ts';
import { endOnBrokenPipe } from './broken-pipe.ts';
import { createOutput } from './output.ts';
import type { CommandOutput, OutputFlags } from './output.ts';

/** 128 and the number of the signal, as shells have it. */
const exitCodeOf: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** How long the work may take to end after a stop signal, in ms. */
const closeWithinMs = 2_000;
/** How long a process lives after its command has failed, in ms. */
const lingerMs = 100;

/** A stop signal ended a command before it was done. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly exitCode: number;

  constructor(signal: string, state: string) {
    super(`Stopped by ${signal}. ${state}`.trimEnd());
    this.exitCode = exitCodeOf[signal] ?? 1;
  }
}

export interface CommandContext extends CommandOutput {
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Sets what a person has to know if the command is stopped now: what is done, and what to do next. */
  readonly ifStopped: (state: string) => void;
}

export interface RunCommandOptions extends OutputFlags {
  /** Name of the service in the log. */
  readonly service: string;
}

/**
 * Runs a command that ends by itself. If it fails, or a signal stops it, it prints the reason and sets the exit code. A second
 * signal ends the process at once.
 */
export async function runCommand(
  options: RunCommandOptions,
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  endOnBrokenPipe(process.stdout);
  const { log, printStatus, showProgress, printResult, printFailure } = createOutput({
    ...options,
    out: process.stdout,
    errors: process.stderr,
  });
  const stopping = new AbortController();
  let state = '';
  void stopSignal().then((signal) => {
    stopping.abort(new Stopped(signal, state));
    for (const next of ['SIGINT', 'SIGTERM'] as const) process.once(next, () => process.exit(exitCodeOf[next]));
  });
  const context: CommandContext = {
    log,
    printStatus,
    showProgress,
    printResult,
    signal: stopping.signal,
    ifStopped: (text) => (state = text),
  };
  const working = work(context);
  try {
    await Promise.race([working, whenAborted(stopping.signal)]);
  } catch (error) {
    printFailure(error);
    process.exitCode = error instanceof Stopped ? error.exitCode : 1;
    // Connections and locks are closed in an orderly way, if that is quick.
    await within(closeWithinMs, working).catch(() => undefined);
    // What still reads or connects must not keep the process alive.
    setTimeout(() => process.exit(), lingerMs).unref();
  }
  if (process.connected) process.disconnect();
}

/** Rejects with the reason when `signal` is aborted. */
export const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
