import { randomUUID } from 'node:crypto';
import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import type { Bench, BenchRow } from '../bench.ts';
import { measureSingleRequests } from './single-requests.ts';
import { compareWithCeiling } from './compare-with-ceiling.ts';
import { measureSteadyLoad } from './steady-load.ts';
import { chooseGenerator } from '../load/choose-generator.ts';
import { startCeiling, startIngestTarget } from './webhook-target.ts';

/** Nobody listens there: as if Kafka were away. */
const noBroker = '127.0.0.1:1';
/** Ingest reaches about 0.4 of the bare framework at 256 connections; at 64 it may wait for the flushes of Kafka. */
const shareWanted = 0.35;
const shareSpoolingWanted = 0.25;
const spoolP99MsWanted = 100;
const warmUp = { connections: 64, seconds: 3 };

export const ingest: Bench = {
  about:
    'requests/s, CPU and latency of ingest beside the bare framework; spooling; 60 s at 80 % load [wrk or workers: the load generator; wrk if it is installed]',
  run: async ({ brokers }, say, [generatorName]) => {
    const generator = await chooseGenerator(generatorName);
    const log = createLog({ service: 'bench', level: 'silent' });
    const kafka = connectKafka({ brokers, clientId: 'bench', log });
    const topic = `bench-${randomUUID()}`;
    await ensureTopics(kafka, { topic, log });
    await using ceiling = await startCeiling();
    const rows: BenchRow[] = [{ what: 'load generator', result: generator.name }];
    const common = { ceiling, generator };
    {
      await using real = await startIngestTarget(brokers, topic);
      for (const { url } of [ceiling, real]) await generator.run(url, warmUp);
      rows.push(...(await measureSingleRequests({ ceiling, real, kafka, topic }, say)));
      const what = 'acks=all';
      const at64 = await compareWithCeiling({ ...common, real, what, connections: 64, wanted: shareWanted }, say);
      const at256 = await compareWithCeiling({ ...common, real, what, connections: 256, wanted: shareWanted }, say);
      rows.push(...at64.rows, ...at256.rows);
      rows.push(...(await measureSteadyLoad(real, at64.requestsPerSecond, say)));
    }
    await using real = await startIngestTarget([noBroker], topic);
    await generator.run(real.url, warmUp);
    const spooled = await compareWithCeiling(
      { ...common, real, what: 'Kafka away', connections: 64, wanted: shareSpoolingWanted },
      say,
    );
    const [accepted, onDisk] = [
      await real.metric('callstream_ingest_accepted_total'),
      await real.metric('callstream_ingest_spool_records'),
    ];
    rows.push(...spooled.rows, {
      what: 'Kafka away: p99, and answers of 200 that are on disk',
      result: `${spooled.p99Ms.toFixed(1)} ms, ${onDisk} of ${accepted}`,
      wanted: `< ${spoolP99MsWanted} ms, all`,
      met: spooled.p99Ms < spoolP99MsWanted && onDisk >= accepted,
    });
    return rows;
  },
};
