export interface BatchWorker<T> extends AsyncDisposable {
  readonly add: (...items: readonly T[]) => void;
  /** Rejects when `work` does; never resolves. */
  readonly failure: Promise<never>;
}

export interface BatchWorkerOptions<T> {
  /** Most items of a batch. */
  readonly itemsMax: number;
  /** Handles a batch; a rejection ends the worker. */
  readonly work: (items: readonly T[]) => Promise<void>;
}

/** Handles items in batches, one batch at a time: what is added meanwhile is the next one. Disposal waits for all. */
export function startBatchWorker<T>({ itemsMax, work }: BatchWorkerOptions<T>): BatchWorker<T> {
  const pending: T[] = [];
  let running: Promise<void> | undefined;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const workOff = async (): Promise<void> => {
    while (pending.length > 0) await work(pending.splice(0, itemsMax));
  };
  const wake = (): void => {
    running ??= workOff()
      .catch(reject)
      .finally(() => {
        running = undefined;
      });
  };
  return {
    add: (...items) => {
      pending.push(...items);
      if (pending.length > 0) wake();
    },
    failure,
    [Symbol.asyncDispose]: async () => {
      await running;
    },
  };
}
