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

/**
 * Handles items in batches, one batch at a time: what is added meanwhile is the next one. An item that waits already is not added
 * again. Disposal waits for all.
 */
export function startBatchWorker<T>({ itemsMax, work }: BatchWorkerOptions<T>): BatchWorker<T> {
  const pending = new Set<T>();
  let running: Promise<void> | undefined;
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const nextBatch = (): readonly T[] => {
    const items = pending.values().take(itemsMax).toArray();
    for (const item of items) pending.delete(item);
    return items;
  };
  const workOff = async (): Promise<void> => {
    try {
      while (pending.size > 0) await work(nextBatch());
    } catch (error) {
      reject(error);
    } finally {
      // At once after the last look at `pending`: what is added from here on starts the next run.
      running = undefined;
    }
  };
  return {
    add: (...items) => {
      for (const item of items) pending.add(item);
      if (pending.size > 0) running ??= workOff();
    },
    failure,
    [Symbol.asyncDispose]: async () => {
      await running;
    },
  };
}
