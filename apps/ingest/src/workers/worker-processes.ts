import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { sleep, runUntilAborted } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';

/** A worker that has started runs this long before its next end counts as the first failure, in ms. */
const settledMs = 60_000;

export interface WorkerProcessesOptions {
  readonly workers: number;
  /** How long a worker may take to stop, in ms; then it is killed. */
  readonly stopTimeoutMs: number;
  /** Connects a new process. Resolves when it accepts webhooks. */
  readonly connect: (worker: number, process: Worker) => Promise<void>;
  readonly onEnd: (worker: number) => void;
  /** Asks a process to stop, for a restart. Returns false if it has not started yet, and so is new. */
  readonly retire: (worker: number) => boolean;
  readonly log: Log;
}

export interface WorkerProcesses {
  /** Resolves when all have started for the first time. @throws {Error} if one of them has ended before */
  readonly started: Promise<void>;
  /** Restarts all of them, one after the other; the next one only when the one before accepts webhooks again. */
  readonly restart: () => Promise<void>;
  /** SIGTERM for all; resolves when they have ended. */
  readonly stop: () => Promise<void>;
}

/** Starts the workers, and replaces each that ends or cannot be started, with backoff. */
export function startWorkerProcesses(options: WorkerProcessesOptions): WorkerProcesses {
  const { workers, stopTimeoutMs, retire, log } = options;
  const stopping = new AbortController();
  const slots = Array.from({ length: workers }, (_, worker) => startSlot(worker, options, stopping.signal));
  const restart = async (): Promise<void> => {
    for (const { running, worker, next, expectEnd } of slots) {
      const process = running();
      const replaced = next();
      if (stopping.signal.aborted || process === undefined || !retire(worker)) continue;
      log.info({ worker }, 'worker.restarting');
      expectEnd();
      await killUnlessEnded(process, stopTimeoutMs);
      await Promise.race([replaced, once(stopping.signal, 'abort')]);
    }
  };
  let restarting = Promise.resolve();
  return {
    started: Promise.all(slots.map(({ started }) => started)).then(() => undefined),
    restart: () => (restarting = restarting.then(restart)),
    stop: async () => {
      stopping.abort();
      for (const { running } of slots) running()?.process.kill('SIGTERM');
      await Promise.all(
        slots.map(async ({ running, ended }) => {
          const process = running();
          if (process) await killUnlessEnded(process, stopTimeoutMs);
          await ended;
        }),
      );
    },
  };
}

interface Slot {
  readonly worker: number;
  readonly running: () => Worker | undefined;
  readonly started: Promise<void>;
  /** Resolves when the next process of the slot accepts webhooks. */
  readonly next: () => Promise<void>;
  /** The running process will end because it was asked to. */
  readonly expectEnd: () => void;
  readonly ended: Promise<void>;
}

function startSlot(worker: number, options: WorkerProcessesOptions, signal: AbortSignal): Slot {
  const { connect, onEnd, log } = options;
  const first = Promise.withResolvers<undefined>();
  let next = Promise.withResolvers<undefined>();
  let process: Worker | undefined;
  let expectedToEnd: Worker | undefined;
  const runOnce = async (onWorks: () => void): Promise<void> => {
    const started = (process = await fork());
    const exited = exitOf(started);
    const settled = setTimeout(onWorks, settledMs);
    void connect(worker, started).then(() => {
      first.resolve(undefined);
      next.resolve(undefined);
      next = Promise.withResolvers();
    });
    const reason = await exited;
    clearTimeout(settled);
    process = undefined;
    onEnd(worker);
    // Without effect if it had started.
    first.reject(new Error(`Worker ${worker} ended (${reason}) before it accepted webhooks: see its message.`));
    if (!signal.aborted && started !== expectedToEnd) throw new Error(reason);
  };
  const ended = runUntilAborted(
    async (onWorks) => {
      if (!signal.aborted) await runOnce(onWorks);
    },
    { signal, onFailure: (error) => log.error({ worker, reason: (error as Error).message }, 'worker.ended') },
  );
  return {
    worker,
    running: () => process,
    started: first.promise,
    next: () => next.promise,
    expectEnd: () => (expectedToEnd = process),
    ended,
  };
}

/** @throws the error of the system, e.g. EAGAIN: no more processes. Then Node emits no end of the process. */
async function fork(): Promise<Worker> {
  const process = cluster.fork();
  // Also a message to a process that is ending: its end follows.
  process.on('error', () => undefined);
  if (process.process.pid !== undefined) return process;
  const [error] = (await once(process, 'error')) as [Error];
  delete cluster.workers?.[process.id];
  throw error;
}

const exitOf = (process: Worker): Promise<string> =>
  new Promise((resolve) => {
    process.once('exit', () => {
      const { signalCode, exitCode } = process.process;
      resolve(signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`);
    });
  });

async function killUnlessEnded(worker: Worker, timeoutMs: number): Promise<void> {
  const ended = new AbortController();
  worker.once('exit', () => ended.abort());
  if (worker.isDead()) return;
  await sleep(timeoutMs, ended.signal);
  if (!ended.signal.aborted) worker.process.kill('SIGKILL');
}
