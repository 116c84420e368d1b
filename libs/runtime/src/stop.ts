import { errorMessage, failureLine } from './failure-line.ts';

/**
 * Resolves with its name at the first signal to stop: SIGTERM, SIGINT, or `disconnect`, when a parent process that uses an
 * IPC channel has ended. Later signals are ignored while the process stops.
 */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
    if (!process.connected) return;
    process.once('disconnect', () => resolve('disconnect'));
    // The listener alone must not keep the process alive.
    process.channel?.unref();
  });
}

/** Time limit of a service's stop, in ms. Orchestrators kill after 10 s (Docker) to 30 s (Kubernetes). */
export const stopDeadlineMs = 8_000;

/** How long a process lives after `main` has ended, in ms: a client that still tries to connect would keep it alive for long. */
const lingerMs = 500;

/**
 * Runs `main` of a service, and ends the process soon after it. If `main` fails, it writes one line to standard error,
 * JSON unless that is a terminal, and sets exit code 1.
 */
export async function runService(main: () => Promise<void>): Promise<void> {
  try {
    await main();
    process.exitCode ??= 0;
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${process.stderr.isTTY ? errorMessage(error) : failureLine(error)}\n`);
  }
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(), lingerMs).unref();
}
