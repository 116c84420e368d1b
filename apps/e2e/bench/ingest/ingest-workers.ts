import { randomUUID } from 'node:crypto';
import { connectKafka, createLog, partitionsDefault } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import { median } from '../../src/load/statistics.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { chooseGenerator, unflushed, warmUp } from './ingest.ts';
import { formatMeasurement, measureLoad, medians } from './measure-load.ts';
import type { IngestMeasurement } from './measure-load.ts';
import { startIngestTarget } from './webhook-target.ts';

const pairs = 5;
const connections = [64, 256];
/** Largest CPU time of a request, as a multiple of that with one process. */
const cpuTarget = 1.1;
const busiestShareTarget = 0.6;

export const ingestWorkers: Bench = {
  about: 'CPU of a request with INGEST_WORKERS=2, compared with one process; share of the busiest worker',
  argsText: 'load generator: wrk (default, if installed) or workers',
  minutes: 3,
  run: async ({ brokers }, report, [generatorName]) => {
    const generator = await chooseGenerator(generatorName);
    const log = createLog({ service: 'bench', level: 'silent' });
    const kafka = connectKafka({ brokers, clientId: 'bench', log });
    const topic = `bench-${randomUUID()}`;
    await createTopicWith(kafka, { topic, partitions: partitionsDefault, settings: unflushed });
    await using one = await startIngestTarget(brokers, topic);
    await using two = await startIngestTarget(brokers, topic, 2);
    for (const { url } of [one, two]) await generator.run(url, warmUp);
    const before = await two.acceptedByWorker();
    const rows: BenchRow[] = [{ name: 'load generator', result: generator.name }];
    for (const count of connections) {
      const measured: { one: IngestMeasurement; two: IngestMeasurement }[] = [];
      for (let pair = 1; pair <= pairs; pair++) {
        report(`${count} connections, pair ${pair} of ${pairs}`);
        const options = { generator, connections: count };
        measured.push({ one: await measureLoad(one, options), two: await measureLoad(two, options) });
      }
      const ratios = measured.map((pair) => pair.two.cpuMicroseconds / pair.one.cpuMicroseconds);
      rows.push(
        {
          name: `${count} connections, CPU of a request with 2 workers, median of ${pairs}`,
          result: `${median(ratios).toFixed(2)} × (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`,
          target: `≤ ${cpuTarget} ×`,
          met: median(ratios) <= cpuTarget,
        },
        { name: '  one process', result: formatMeasurement(medians(measured.map((pair) => pair.one))) },
        { name: '  2 workers', result: formatMeasurement(medians(measured.map((pair) => pair.two))) },
      );
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
