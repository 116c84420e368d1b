import type { BenchRow, ReportProgress } from '../bench.ts';
import { formatCores } from '../load/bottleneck.ts';
import { runAtRate } from '../load/run-at-rate.ts';
import type { WebhookTarget } from './webhook-target.ts';

const seconds = 60;
const connections = 64;
const share = 0.8;
/** Largest ratio of the memory at the end to that at the start. */
const growthMax = 1.15;
/** Smallest share of the rate that must be reached; otherwise the load was lower than intended. */
const reachedMin = 0.9;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** One minute at 80 % of `requestsPerSecondMax`, the requests per second at full load. */
export async function measureSteadyLoad(
  target: WebhookTarget,
  requestsPerSecondMax: number,
  report: ReportProgress,
): Promise<BenchRow[]> {
  const rate = Math.round(requestsPerSecondMax * share);
  report(`${seconds} s at ${rate} requests/s`);
  const [before, cpuBefore] = [await target.rssBytes(), await target.cpuSeconds()];
  const load = await runAtRate(target.url, { connections, seconds, rate });
  const [after, cpuAfter] = [await target.rssBytes(), await target.cpuSeconds()];
  const cores = { server: (cpuAfter - cpuBefore) / load.seconds, generator: load.cpuSeconds / load.seconds };
  const { requestsPerSecond, failed, p50, p99, p999 } = load;
  return [
    {
      name: `${seconds} s at ${share * 100} % load: memory before and after, responses other than 200`,
      result: `${megabytes(before)}, ${megabytes(after)}, ${failed}`,
      target: `≤ ${growthMax} ×, none`,
      met: after <= before * growthMax && failed === 0,
    },
    {
      name: '  reached, p50, p99, p99.9 (generator: autocannon)',
      result: `${Math.round(requestsPerSecond)} of ${rate} requests/s, ${p50} ms, ${p99} ms, ${p999} ms, ${formatCores(cores)}`,
      target: `≥ ${reachedMin * 100} % of the rate`,
      met: requestsPerSecond >= rate * reachedMin,
    },
  ];
}
