import { formatCores } from '../load/bottleneck.ts';
import { formatQuantiles, postAtRate } from '../load/open-loop.ts';
import type { OpenLoopOptions } from '../load/open-loop.ts';
import type { TailTarget } from './tail-target.ts';
import type { BenchRow } from '../bench.ts';

/** What the monitor of the event loop adds to each delay: its interval, in ms. */
const loopIntervalMs = 10;

/** Latency at a fixed rate, and in the row below it what may have caused the longest ones. @throws {Error} if a request fails */
export async function measureTail(target: TailTarget, name: string, options: OpenLoopOptions): Promise<BenchRow[]> {
  target.takePauses();
  await target.metric('nodejs_eventloop_lag_max_seconds'); // a scrape resets it
  const before = await target.cumulative('callstream_ingest_produce_seconds');
  const cpuBefore = await target.cpuSeconds();
  const load = await postAtRate(target.url, options);
  const loopMs = (await target.metric('nodejs_eventloop_lag_max_seconds')) * 1_000 - loopIntervalMs;
  const cores = {
    server: ((await target.cpuSeconds()) - cpuBefore) / load.seconds,
    generator: load.cpuSeconds / load.seconds,
  };
  const produced = (await target.cumulative('callstream_ingest_produce_seconds')).map(
    ([bound, count], i): [number, number] => [bound, count - (before[i]?.[1] ?? 0)],
  );
  const pauses = target.takePauses();
  if (load.failed > 0) throw new Error(`${name}: ${load.failed} of ${load.failed + load.answered} requests failed.`);
  const produceMs = (q: number): string => `${boundOf(produced, q) * 1_000} ms`;
  return [
    { name, result: load.latency.map(formatQuantiles).join(' | ') },
    {
      name: '  longest garbage collection (all of them), longest delay of the event loop',
      result: `${Math.max(0, ...pauses).toFixed(1)} ms (${((pauses.reduce((sum, ms) => sum + ms, 0) / load.seconds) * 0.1).toFixed(1)} % of the time), ${loopMs.toFixed(1)} ms`,
    },
    {
      name: '  batches to Kafka: half, 99 %, 99.9 % within; generator late by p99, p99.9',
      result: `${produceMs(0.5)}, ${produceMs(0.99)}, ${produceMs(0.999)}; ${load.late.p99.toFixed(1)} ms, ${load.late.p999.toFixed(1)} ms; ${Math.round(load.requestsPerSecond)} requests/s, ${formatCores(cores)}`,
    },
  ];
}

/** Smallest bucket bound of a histogram of Prometheus below which the share `q` lies. */
function boundOf(buckets: readonly (readonly [number, number])[], q: number): number {
  const total = buckets.at(-1)?.[1] ?? 0;
  return buckets.find(([, count]) => count >= q * total)?.[0] ?? Infinity;
}
