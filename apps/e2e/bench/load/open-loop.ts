import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LoadOptions } from './load-generator.ts';
import type { OpenLoopWorkerOptions, OpenLoopWorkerResult } from './open-loop-worker.ts';
import { bodies } from './webhook-bodies.ts';

export interface OpenLoopOptions extends LoadOptions {
  /** Requests per second over all connections. */
  readonly rate: number;
  /** Group of a body, from 0. Default: all are in one. */
  readonly groupOf?: (body: string) => number;
}

/** In ms. */
interface LatencyQuantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

interface OpenLoopResult {
  readonly requestsPerSecond: number;
  /** Responses with 2xx. */
  readonly answered: number;
  /** Other responses, and requests without one. */
  readonly failed: number;
  readonly seconds: number;
  /** From the time at which a request was due to its response, by group. */
  readonly latency: readonly LatencyQuantiles[];
  /** How late the generator itself was. */
  readonly late: LatencyQuantiles;
  /** CPU time of the generator. */
  readonly cpuSeconds: number;
}

/**
 * Posts at a fixed rate, whatever the responses: latency counts from the time at which a request was due, and so has no
 * coordinated omission. @see https://github.com/giltene/wrk2
 */
export async function postAtRate(
  url: string,
  { connections, seconds, rate, groupOf = () => 0 }: OpenLoopOptions,
): Promise<OpenLoopResult> {
  const workerData: OpenLoopWorkerOptions = { url, connections, seconds, rate, groups: bodies.map(groupOf) };
  const before = process.cpuUsage();
  const worker = new Worker(new URL('open-loop-worker.ts', import.meta.url), { workerData });
  const [result] = (await once(worker, 'message')) as [OpenLoopWorkerResult];
  const { user, system } = process.cpuUsage(before);
  return {
    requestsPerSecond: (result.answered + result.failed) / result.seconds,
    answered: result.answered,
    failed: result.failed,
    seconds: result.seconds,
    latency: result.latency.map(quantilesOf),
    late: quantilesOf(result.late),
    cpuSeconds: (user + system) / 1e6,
  };
}

/** `p50 4.0 ms, p99 10.2, p99.9 25.1, max 27.4`. */
export const formatQuantiles = ({ p50, p99, p999, max }: LatencyQuantiles): string =>
  `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)}, p99.9 ${p999.toFixed(1)}, max ${max.toFixed(1)}`;

const quantilesOf = (histogram: OpenLoopWorkerResult['late']): LatencyQuantiles => ({
  p50: histogram.percentile(50) / 1e6,
  p99: histogram.percentile(99) / 1e6,
  p999: histogram.percentile(99.9) / 1e6,
  max: histogram.max / 1e6,
});
