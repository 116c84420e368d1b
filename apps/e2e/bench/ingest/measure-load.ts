import { formatCores } from '../load/bottleneck.ts';
import type { CoresUsed } from '../load/bottleneck.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { median } from '../../src/load/statistics.ts';
import type { WebhookTarget } from './webhook-target.ts';

const seconds = 4;

export interface MeasureLoadOptions {
  readonly generator: LoadGenerator;
  readonly connections: number;
}

export interface IngestMeasurement extends CoresUsed {
  readonly requestsPerSecond: number;
  /** CPU time of the server per request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** @throws {Error} if a request fails */
export async function measureLoad(
  target: WebhookTarget,
  { generator, connections }: MeasureLoadOptions,
): Promise<IngestMeasurement> {
  const before = await target.cpuSeconds();
  const load = await generator.run(target.url, { connections, seconds });
  if (load.failed > 0) throw new Error(`${load.failed} of ${load.failed + load.answered} requests failed.`);
  const cpuSeconds = (await target.cpuSeconds()) - before;
  return {
    requestsPerSecond: load.requestsPerSecond,
    p99Ms: load.p99,
    p999Ms: load.p999,
    cpuMicroseconds: (cpuSeconds * 1e6) / load.answered,
    server: cpuSeconds / load.seconds,
    generator: load.cpuSeconds / load.seconds,
  };
}

export function medians(measured: readonly IngestMeasurement[]): IngestMeasurement {
  const medianOf = (figure: keyof IngestMeasurement): number =>
    median(measured.map((measurement) => measurement[figure]));
  return {
    requestsPerSecond: medianOf('requestsPerSecond'),
    cpuMicroseconds: medianOf('cpuMicroseconds'),
    p99Ms: medianOf('p99Ms'),
    p999Ms: medianOf('p999Ms'),
    server: medianOf('server'),
    generator: medianOf('generator'),
  };
}

export const formatMeasurement = ({
  requestsPerSecond,
  cpuMicroseconds,
  p99Ms,
  p999Ms,
  ...cores
}: IngestMeasurement): string =>
  `${Math.round(requestsPerSecond)} requests/s, ${cpuMicroseconds.toFixed(1)} µs CPU each, p99 ${p99Ms.toFixed(1)} ms, p99.9 ${p999Ms.toFixed(1)} ms, ${formatCores(cores)}`;
