/**
 * Runs work while it is open, and can wait until none is running:
 *
 *            pause()
 *   ┌──────┐ ──────► ┌────────┐
 *   │ open │         │ paused │  work waits; running work ends
 *   └──────┘ ◄────── └────────┘
 *            resume()
 */
export interface PauseGate {
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  /** Resolves when no work is running; none starts until `resume`. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
}

type State = { readonly kind: 'open' } | { readonly kind: 'paused'; readonly resumed: PromiseWithResolvers<undefined> };

export function createPauseGate(): PauseGate {
  const running = new Set<Promise<unknown>>();
  let state: State = { kind: 'open' };
  return {
    run: async (work) => {
      while (state.kind === 'paused') await state.resumed.promise;
      const result = work();
      running.add(result);
      return result.finally(() => running.delete(result));
    },
    pause: async () => {
      if (state.kind === 'open') state = { kind: 'paused', resumed: Promise.withResolvers() };
      await Promise.all(running);
    },
    resume: () => {
      if (state.kind === 'paused') state.resumed.resolve(undefined);
      state = { kind: 'open' };
    },
  };
}
