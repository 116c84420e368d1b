import { Worker } from 'node:worker_threads';
import { deserialize } from 'node:v8';
import { emptyStatus } from './messages.ts';
import type { SpoolResponse, SpoolRequest, SpoolStatus, SpoolBatch } from './messages.ts';

export interface SpoolThread extends AsyncDisposable {
  /** @throws {Error} if the folder could not do it */
  readonly call: (request: SpoolRequest, transfer?: readonly ArrayBuffer[]) => Promise<SpoolBatch | null>;
  /** As of the last answer. */
  readonly status: () => SpoolStatus;
  /** Rejects if the thread ends by itself. */
  readonly failure: Promise<never>;
}

/** Starts the thread that owns the spool's folder. `onStatus` is called after every answer. */
export function startThread(onStatus: () => void): SpoolThread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const calls = new Map<number, { resolve: (taken: SpoolBatch | null) => void; reject: (error: Error) => void }>();
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
    .on('message', (answer: SpoolResponse) => {
      if (answer.status) status = answer.status;
      const call = calls.get(answer.id);
      calls.delete(answer.id);
      if (answer.error) call?.reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
      else call?.resolve(answer.taken ? (deserialize(answer.taken) as SpoolBatch) : null);
      onStatus();
    });
  const call: SpoolThread['call'] = (request, transfer = []) =>
    new Promise((resolve, reject) => {
      calls.set(++lastId, { resolve, reject });
      worker.postMessage({ id: lastId, request }, transfer);
    });
  const close = async (): Promise<void> => {
    await call({ do: 'close' }).catch(() => undefined);
    await worker.terminate();
  };
  return { call, status: () => status, failure, [Symbol.asyncDispose]: close };
}
