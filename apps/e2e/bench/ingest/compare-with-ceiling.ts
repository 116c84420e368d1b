import type { BenchRow, ReportProgress } from '../bench.ts';
import { bottleneckOf, formatCores } from '../load/bottleneck.ts';
import type { CoresUsed } from '../load/bottleneck.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { median } from '../../src/load/statistics.ts';
import type { WebhookTarget } from './webhook-target.ts';

const pairs = 7;
const seconds = 4;

export interface CeilingComparisonOptions {
  readonly ceiling: WebhookTarget;
  readonly real: WebhookTarget;
  readonly generator: LoadGenerator;
  readonly name: string;
  readonly connections: number;
  /** Smallest acceptable share of the ceiling's requests per second; null: reported only. */
  readonly shareTarget: number | null;
}

interface IngestMeasurement extends CoresUsed {
  readonly requestsPerSecond: number;
  /** CPU time of the server per request. */
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** Measures ceiling and ingest alternately, so that both see the same load of the machine. */
export async function compareWithCeiling(
  options: CeilingComparisonOptions,
  report: ReportProgress,
): Promise<{ rows: BenchRow[]; requestsPerSecond: number; p99Ms: number }> {
  const { ceiling, real, name, connections, shareTarget } = options;
  const measured: { ceiling: IngestMeasurement; real: IngestMeasurement }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    report(`${name}, ${connections} connections, pair ${pair} of ${pairs}`);
    measured.push({ ceiling: await measure(ceiling, options), real: await measure(real, options) });
  }
  const ratios = measured.map((pair) => pair.real.requestsPerSecond / pair.ceiling.requestsPerSecond);
  const ratio = median(ratios);
  const [bare, ingest] = [medians(measured.map((pair) => pair.ceiling)), medians(measured.map((pair) => pair.real))];
  return {
    requestsPerSecond: ingest.requestsPerSecond,
    p99Ms: ingest.p99Ms,
    rows: [
      {
        name: `${name}, ${connections} connections, share of the ceiling, median of ${pairs}`,
        result: `${ratio.toFixed(2)} (${ratios.map((value) => value.toFixed(2)).join(', ')})`,
        ...(shareTarget !== null && { target: `≥ ${shareTarget}`, met: ratio >= shareTarget }),
      },
      { name: '  ceiling', result: formatMeasurement(bare) },
      { name: '  ingest', result: formatMeasurement(ingest) },
      bottleneckRow(bare, ingest, options.generator.threads),
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
    p999Ms: load.p999,
    cpuMicroseconds: (cpuSeconds * 1e6) / load.answered,
    server: cpuSeconds / load.seconds,
    generator: load.cpuSeconds / load.seconds,
  };
}

function medians(measured: readonly IngestMeasurement[]): IngestMeasurement {
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

const formatMeasurement = ({
  requestsPerSecond,
  cpuMicroseconds,
  p99Ms,
  p999Ms,
  ...cores
}: IngestMeasurement): string =>
  `${Math.round(requestsPerSecond)} requests/s, ${cpuMicroseconds.toFixed(1)} µs CPU each, p99 ${p99Ms.toFixed(1)} ms, p99.9 ${p999Ms.toFixed(1)} ms, ${formatCores(cores)}`;

/** The comparison is valid only if the ceiling is limited by its own CPU. Ingest may be limited by Kafka. */
function bottleneckRow(ceiling: IngestMeasurement, ingest: IngestMeasurement, threads: number): BenchRow {
  const [ofCeiling, ofIngest] = [bottleneckOf(ceiling, threads), bottleneckOf(ingest, threads)];
  return {
    name: '  bottleneck of the ceiling, of ingest',
    result: `${ofCeiling}, ${ofIngest}`,
    target: 'server, not generator',
    met: ofCeiling === 'server' && ofIngest !== 'generator',
  };
}
