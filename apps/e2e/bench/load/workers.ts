import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { LoadResult, LoadGenerator } from './load-generator.ts';
import type { WorkerOptions, WorkerResult } from './worker.ts';

const threadsMax = 4;

/** A load generator that needs no installation: worker threads with raw sockets. One core is left for the server. */
export function createWorkers(): LoadGenerator {
  const threads = Math.min(threadsMax, Math.max(1, availableParallelism() - 1));
  return {
    name: `${threads} worker thread${threads === 1 ? '' : 's'}`,
    threads,
    run: async (url, { connections, seconds }) => {
      const before = process.cpuUsage();
      const results = await Promise.all(
        split(connections, threads).map((share) => runWorker({ url, connections: share, seconds })),
      );
      const { user, system } = process.cpuUsage(before);
      return { ...sum(results), cpuSeconds: (user + system) / 1e6 };
    },
  };
}

/** Splits `total` into at most `parts` positive integers that differ by at most one. */
const split = (total: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, i) => Math.floor((total + i) / parts)).filter((part) => part > 0);

async function runWorker(options: WorkerOptions): Promise<WorkerResult> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: options });
  const [result] = (await once(worker, 'message')) as [WorkerResult];
  return result;
}

function sum(results: readonly WorkerResult[]): Omit<LoadResult, 'cpuSeconds'> {
  const latency = createHistogram();
  for (const result of results) latency.add(result.latency);
  const seconds = Math.max(...results.map((result) => result.seconds));
  return {
    requestsPerSecond: latency.count / seconds,
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
    p999: latency.percentile(99.9) / 1e6,
    answered: results.reduce((total, { answered }) => total + answered, 0),
    failed: results.reduce((total, { failed }) => total + failed, 0),
    seconds,
  };
}
