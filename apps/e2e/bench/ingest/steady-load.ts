import type { BenchRow } from '../bench.ts';
import { formatCores } from '../load/bottleneck.ts';
import { runAtRate } from '../load/run-at-rate.ts';
import type { WebhookTarget } from './webhook-target.ts';

const seconds = 60;
const connections = 64;
const share = 0.8;
/** Most that the memory may be at the end, compared with before. */
const growthMax = 1.15;
/** Least share of the rate that is to be answered: less means that the load was not the one that was asked for. */
const reachedMin = 0.9;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** A minute at a load that ingest can bear. `most`: its requests per second at full load. */
export async function measureSteadyLoad(
  target: WebhookTarget,
  most: number,
  say: (line: string) => void,
): Promise<BenchRow[]> {
  const rate = Math.round(most * share);
  say(`${seconds} s at ${rate} requests/s`);
  const [before, cpuBefore] = [await target.rssBytes(), await target.cpuSeconds()];
  const load = await runAtRate(target.url, { connections, seconds, rate });
  const [after, cpuAfter] = [await target.rssBytes(), await target.cpuSeconds()];
  const cores = { server: (cpuAfter - cpuBefore) / load.seconds, generator: load.cpuSeconds / load.seconds };
  const { requestsPerSecond, failed, p50, p99 } = load;
  return [
    {
      what: `${seconds} s at ${share * 100} % load: memory before and after, answers that were not 200`,
      result: `${megabytes(before)}, ${megabytes(after)}, ${failed}`,
      wanted: `≤ ${growthMax} ×, none`,
      met: after <= before * growthMax && failed === 0,
    },
    {
      what: '  reached, p50, p99 (generator: autocannon)',
      result: `${Math.round(requestsPerSecond)} of ${rate} requests/s, ${p50} ms, ${p99} ms, ${formatCores(cores)}`,
      wanted: `≥ ${reachedMin * 100} % of the rate`,
      met: requestsPerSecond >= rate * reachedMin,
    },
  ];
}
