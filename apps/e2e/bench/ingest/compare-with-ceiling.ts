import type { BenchRow } from '../bench.ts';
import { bottleneckOf, formatCores } from '../load/bottleneck.ts';
import type { CoresUsed } from '../load/bottleneck.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { median } from '../../src/load/statistics.ts';
import type { WebhookTarget } from './webhook-target.ts';

const pairs = 5;
const seconds = 6;

export interface CeilingComparisonOptions {
  readonly ceiling: WebhookTarget;
  readonly real: WebhookTarget;
  readonly generator: LoadGenerator;
  readonly what: string;
  readonly connections: number;
  /** Least share of the ceiling's requests per second. */
  readonly wanted: number;
}

interface IngestMeasurement extends CoresUsed {
  readonly requestsPerSecond: number;
  /** Of the server's own CPU time, per request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
}

/** The ceiling and ingest in turn, so that both see the same machine. */
export async function compareWithCeiling(
  options: CeilingComparisonOptions,
  say: (line: string) => void,
): Promise<{ rows: BenchRow[]; requestsPerSecond: number; p99Ms: number }> {
  const { ceiling, real, what, connections, wanted } = options;
  const measured: { ceiling: IngestMeasurement; real: IngestMeasurement }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    say(`${what}, ${connections} connections, pair ${pair} of ${pairs}`);
    measured.push({ ceiling: await measure(ceiling, options), real: await measure(real, options) });
  }
  const ratios = measured.map((one) => one.real.requestsPerSecond / one.ceiling.requestsPerSecond);
  const ratio = median(ratios);
  const [bare, ingest] = [medians(measured.map((one) => one.ceiling)), medians(measured.map((one) => one.real))];
  return {
    requestsPerSecond: ingest.requestsPerSecond,
    p99Ms: ingest.p99Ms,
    rows: [
      {
        what: `${what}, ${connections} connections, share of the ceiling, median of ${pairs}`,
        result: `${ratio.toFixed(2)} (${ratios.map((one) => one.toFixed(2)).join(', ')})`,
        wanted: `≥ ${wanted}`,
        met: ratio >= wanted,
      },
      { what: '  ceiling', result: formatMeasurement(bare) },
      { what: '  ingest', result: formatMeasurement(ingest) },
      limitRow(bare, ingest, options.generator.threads),
    ],
  };
}

async function measure(
  target: WebhookTarget,
  { generator, connections }: CeilingComparisonOptions,
): Promise<IngestMeasurement> {
  const before = await target.cpuSeconds();
  const load = await generator.run(target.url, { connections, seconds });
  if (load.failed > 0) throw new Error(`${load.failed} of ${load.failed + load.answered} requests failed.`);
  const cpuSeconds = (await target.cpuSeconds()) - before;
  return {
    requestsPerSecond: load.requestsPerSecond,
    p99Ms: load.p99,
    cpuMicroseconds: (cpuSeconds * 1e6) / load.answered,
    server: cpuSeconds / load.seconds,
    generator: load.cpuSeconds / load.seconds,
  };
}

function medians(measured: readonly IngestMeasurement[]): IngestMeasurement {
  const of = (figure: keyof IngestMeasurement): number => median(measured.map((one) => one[figure]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    cpuMicroseconds: of('cpuMicroseconds'),
    p99Ms: of('p99Ms'),
    server: of('server'),
    generator: of('generator'),
  };
}

const formatMeasurement = ({ requestsPerSecond, cpuMicroseconds, p99Ms, ...cores }: IngestMeasurement): string =>
  `${Math.round(requestsPerSecond)} requests/s, ${cpuMicroseconds.toFixed(1)} µs CPU each, p99 ${p99Ms.toFixed(1)} ms, ${formatCores(cores)}`;

/** The ceiling waits for nothing: unless its own CPU is the limit, the share of it is not true. Ingest may wait for Kafka. */
function limitRow(ceiling: IngestMeasurement, ingest: IngestMeasurement, threads: number): BenchRow {
  const [ofCeiling, ofIngest] = [bottleneckOf(ceiling, threads), bottleneckOf(ingest, threads)];
  return {
    what: '  limit of the ceiling, of ingest',
    result: `${ofCeiling}, ${ofIngest}`,
    wanted: 'server, not generator',
    met: ofCeiling === 'server' && ofIngest !== 'generator',
  };
}
