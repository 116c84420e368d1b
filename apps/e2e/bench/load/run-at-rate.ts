import autocannon from 'autocannon';
import { bodies } from './webhook-bodies.ts';
import type { LoadResult, LoadOptions } from './load-generator.ts';

export interface SteadyRateOptions extends LoadOptions {
  /** Requests per second over all connections. */
  readonly rate: number;
}

/**
 * Posts at a fixed rate below the server's maximum. Uses autocannon because wrk cannot limit its rate. `cpuSeconds` of the
 * result shows that autocannon is not the bottleneck.
 */
export async function runAtRate(url: string, { connections, seconds, rate }: SteadyRateOptions): Promise<LoadResult> {
  const before = process.cpuUsage();
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: bodies.map((body) => ({ body })),
    overallRate: rate,
  });
  const { user, system } = process.cpuUsage(before);
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    p999: result.latency.p99_9,
    answered: result['2xx'],
    failed: result.non2xx + result.errors,
    seconds: result.duration,
    cpuSeconds: (user + system) / 1e6,
  };
}
