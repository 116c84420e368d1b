/**
 * Resolves when the process is asked to stop: by SIGTERM or SIGINT, or because the parent that started it with an IPC
 * channel is gone. Resolves once; later signals are ignored while the process stops.
 */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
    if (!process.connected) return;
    process.once('disconnect', () => resolve('disconnect'));
    // Listening alone must not keep a process that has nothing else to do.
    process.channel?.unref();
  });
}

/** A thing did not end in its time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** `work`, or {@link DeadlineExceeded} after `ms`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineExceeded(`Not done within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Longest that a service takes to stop, in ms. Orchestrators kill after 10 s (Docker) to 30 s (Kubernetes). */
export const stopDeadlineMs = 8_000;

/** How long a process whose work has ended may still live, in ms: a client that tries to reach somebody who is away tries for long. */
const lingerMs = 500;

/** Runs a service's `main`; its failure is one clear line, for a terminal without JSON, and exit code 1. What holds the process open when it ends is cut off. */
export async function runService(main: () => Promise<void>): Promise<void> {
  try {
    await main();
    process.exitCode ??= 0;
  } catch (error) {
    process.exitCode = 1;
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const unexpected = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
    const line = { level: 'fatal', msg: 'stopped', error: name, message, ...(unexpected ? { stack } : {}) };
    process.stderr.write(`${process.stderr.isTTY ? (line.stack ?? message) : JSON.stringify(line)}\n`);
  }
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(), lingerMs).unref();
}
