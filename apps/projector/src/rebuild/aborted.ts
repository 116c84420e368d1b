/** The operator, or the system, has told the command to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Rejects with the reason when `signal` is aborted. */
export const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
