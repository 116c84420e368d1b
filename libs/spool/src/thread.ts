import { deserialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { emptyStatus } from './messages.ts';
import type { SpoolBatch, SpoolRequest, SpoolResponse, SpoolStatus } from './messages.ts';

export interface SpoolThread extends AsyncDisposable {
  /** @throws {Error} if the request failed in the thread */
  readonly call: (request: SpoolRequest) => Promise<SpoolBatch | null>;
  /** As of the last response. */
  readonly status: () => SpoolStatus;
  /** Rejects if the thread ends on its own. */
  readonly failure: Promise<never>;
}

/** Starts the thread that owns the spool's folder. Calls `onStatus` after every response. */
export function startThread(onStatus: () => void): SpoolThread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const calls = new Map<number, { resolve: (batch: SpoolBatch | null) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let status = emptyStatus;
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const end = (error: Error): void => {
    for (const { reject } of calls.values()) reject(error);
    calls.clear();
    fail(error);
  };
  worker
    .on('error', (error) => end(error instanceof Error ? error : new Error(String(error))))
    .on('exit', () => end(new Error('The thread of the spool ended.')))
    .on('message', (response: SpoolResponse) => {
      if (response.status) status = response.status;
      const call = calls.get(response.id);
      calls.delete(response.id);
      if (response.error) call?.reject(Object.assign(new Error(response.error.message), response.error));
      else call?.resolve(response.batch ? (deserialize(response.batch) as SpoolBatch) : null);
      onStatus();
    });
  const call: SpoolThread['call'] = (request) =>
    new Promise((resolve, reject) => {
      calls.set(++lastId, { resolve, reject });
      worker.postMessage({ id: lastId, request });
    });
  const close = async (): Promise<void> => {
    await call({ do: 'close' }).catch(() => undefined);
    await worker.terminate();
  };
  return { call, status: () => status, failure, [Symbol.asyncDispose]: close };
}
