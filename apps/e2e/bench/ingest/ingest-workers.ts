import { median } from '../../src/load/statistics.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { generatorText, prepareLoad, warmUp } from './prepare-load.ts';
import { formatMeasurement, measureLoad, medians } from './measure-load.ts';
import type { IngestMeasurement, MeasureLoadOptions } from './measure-load.ts';
import { startIngestTarget } from './webhook-target.ts';
import type { IngestTarget } from './webhook-target.ts';

const rounds = 5;
const connections = [64, 256];
/** `twoAtDouble`: as many connections for each worker as the one process has. */
const loads = { one: 'one process', two: '2 workers', twoAtDouble: '2 workers, twice the connections' } as const;
/** Largest CPU time of a request, as a multiple of that with one process… */
const cpuTarget = 1.1;
/** …where each worker has so many connections. With fewer, batches to Kafka are small, and cost more per event. */
const targetConnectionsMin = 64;
const busiestShareTarget = 0.6;

export const ingestWorkers: Bench = {
  about: 'CPU of a request with INGEST_WORKERS=2, compared with one process; share of the busiest worker',
  argsText: generatorText,
  minutes: 4,
  run: async ({ brokers }, report, [generatorName]) => {
    const { generator, topic } = await prepareLoad(brokers, generatorName);
    await using one = await startIngestTarget(brokers, topic);
    await using two = await startIngestTarget(brokers, topic, 2);
    for (const { url } of [one, two]) await generator.run(url, warmUp);
    const before = await two.acceptedByWorker();
    const rows: BenchRow[] = [{ name: 'load generator', result: generator.name }];
    for (const count of connections) {
      const measured: Record<keyof typeof loads, WorkersMeasurement>[] = [];
      for (let round = 1; round <= rounds; round++) {
        report(`${count} connections, round ${round} of ${rounds}`);
        const measureAt = (target: IngestTarget, times: number): Promise<WorkersMeasurement> =>
          measure(target, { generator, connections: times * count });
        measured.push({
          one: await measureAt(one, 1),
          two: await measureAt(two, 1),
          twoAtDouble: await measureAt(two, 2),
        });
      }
      rows.push(...rowsOf(count, measured));
    }
    const accepted = (await two.acceptedByWorker()).map((events, worker) => events - (before[worker] ?? 0));
    const busiest = Math.max(...accepted) / accepted.reduce((sum, events) => sum + events);
    rows.push({
      name: 'share of the busiest worker',
      result: `${(busiest * 100).toFixed(1)} % of ${accepted.join(' + ')}`,
      target: `≤ ${busiestShareTarget * 100} %`,
      met: accepted.length === 2 && busiest <= busiestShareTarget,
    });
    return rows;
  },
};

interface WorkersMeasurement {
  readonly load: IngestMeasurement;
  /** Events per batch to Kafka: a batch costs about the same for any number of them. */
  readonly batchEvents: number;
}

async function measure(target: IngestTarget, options: MeasureLoadOptions): Promise<WorkersMeasurement> {
  const batches = () =>
    Promise.all([
      target.metric('callstream_ingest_batch_records_sum'),
      target.metric('callstream_ingest_batch_records_count'),
    ]);
  const [eventsBefore, before] = await batches();
  const load = await measureLoad(target, options);
  const [events, after] = await batches();
  return { load, batchEvents: (events - eventsBefore) / (after - before) };
}

function rowsOf(count: number, measured: readonly Record<keyof typeof loads, WorkersMeasurement>[]): BenchRow[] {
  const ratioRow = (name: string, two: 'two' | 'twoAtDouble', perWorker: number): BenchRow => {
    const ratios = measured.map((round) => round[two].load.cpuMicroseconds / round.one.load.cpuMicroseconds);
    return {
      name: `CPU of a request with 2 workers, ${count} connections ${name}, median of ${rounds}`,
      result: `${median(ratios).toFixed(2)} × (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
      ...(perWorker >= targetConnectionsMin && { target: `≤ ${cpuTarget} ×`, met: median(ratios) <= cpuTarget }),
    };
  };
  return [
    ratioRow('in all', 'two', count / 2),
    ratioRow('each', 'twoAtDouble', count),
    ...(Object.keys(loads) as (keyof typeof loads)[]).map((load) => ({
      name: `  ${loads[load]}`,
      result: `${formatMeasurement(medians(measured.map((round) => round[load].load)))}, ${median(
        measured.map((round) => round[load].batchEvents),
      ).toFixed(1)} events per batch`,
    })),
  ];
}
