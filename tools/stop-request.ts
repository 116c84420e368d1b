export interface StopRequest {
  /** Resolves when a stop is requested: by Ctrl-C, SIGTERM, a closed terminal, or the end of the parent process. */
  readonly requested: Promise<void>;
  readonly isRequested: () => boolean;
  /** Aborted at the same time. */
  readonly signal: AbortSignal;
  /** Called between the steps of a start. @throws {Error} if a stop is requested */
  readonly check: () => void;
}

/** The third request ends the process at once; the next start then stops the servers that it leaves behind. */
export function stopRequest(print: (line: string) => void): StopRequest {
  let times = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const controller = new AbortController();
  const request = () => {
    times += 1;
    if (times === 1) print('\nStopping …');
    if (times === 2) print('Still stopping; press Ctrl-C once more to end it at once.');
    if (times === 3) process.exit(130);
    resolve(undefined);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, request);
  process.on('disconnect', () => times > 0 || request());
  return {
    requested: promise,
    isRequested: () => times > 0,
    signal: controller.signal,
    check: () => {
      if (times > 0) throw new Error('Stopped before it was ready.');
    },
  };
}
