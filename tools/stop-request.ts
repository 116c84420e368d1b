export type StopRequest = {
  /** Resolves when somebody wants us to stop: Ctrl-C, SIGTERM, a closed terminal, or the death of our parent. */
  readonly requested: Promise<void>;
  readonly isRequested: () => boolean;
  /** Aborted at the same time. */
  readonly signal: AbortSignal;
  /** @throws {Error} if so; called between the steps of a start. */
  readonly check: () => void;
};

/** Asked three times, it ends the process at once: what was started then stays for the next start to clean up. */
export function stopRequest(say: (line: string) => void): StopRequest {
  let times = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const aborting = new AbortController();
  const request = () => {
    times += 1;
    if (times === 1) say('\nStopping …');
    if (times === 2) say('Still stopping; once more ends it at once.');
    if (times === 3) process.exit(130);
    resolve(undefined);
    aborting.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, request);
  process.on('disconnect', () => times > 0 || request());
  return {
    requested: promise,
    isRequested: () => times > 0,
    signal: aborting.signal,
    check: () => {
      if (times > 0) throw new Error('Stopped before it was ready.');
    },
  };
}
