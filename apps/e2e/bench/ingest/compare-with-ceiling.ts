import type { BenchRow, ReportProgress } from '../bench.ts';
import { bottleneckOf } from '../load/bottleneck.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { median } from '../../src/load/statistics.ts';
import { formatMeasurement, measureLoad, medians } from './measure-load.ts';
import type { IngestMeasurement } from './measure-load.ts';
import type { WebhookTarget } from './webhook-target.ts';

const pairs = 7;

export interface CeilingComparisonOptions {
  readonly ceiling: WebhookTarget;
  readonly real: WebhookTarget;
  readonly generator: LoadGenerator;
  readonly name: string;
  readonly connections: number;
  /** Smallest acceptable share of the ceiling's requests per second; null: reported only. */
  readonly shareTarget: number | null;
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
    measured.push({ ceiling: await measureLoad(ceiling, options), real: await measureLoad(real, options) });
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
