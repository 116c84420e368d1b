import { randomUUID } from 'node:crypto';
import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import type { Bench, Row } from './bench.ts';
import { measureAlone } from './ingest-alone.ts';
import { comparePairs } from './ingest-pairs.ts';
import { measureSteady } from './ingest-steady.ts';
import { load } from './load.ts';
import { startCeiling, startTarget } from './target.ts';

/** Nobody listens there: as if Kafka were away. */
const noBroker = '127.0.0.1:1';
const spoolP99MsWanted = 100;

export const ingest: Bench = {
  about: 'requests/s, CPU and latency of ingest beside the bare framework; spooling; 60 s at 80 % load',
  run: async ({ brokers }, say) => {
    const log = createLog({ service: 'bench', level: 'silent' });
    const kafka = connectKafka({ brokers, clientId: 'bench', log });
    const topic = `bench-${randomUUID()}`;
    await ensureTopics(kafka, { topic, log });
    await using ceiling = await startCeiling();
    const rows: Row[] = [];
    {
      await using real = await startTarget(brokers, topic);
      for (const { url } of [ceiling, real]) await load(url, { connections: 64, seconds: 3 });
      rows.push(...(await measureAlone({ ceiling, real, kafka, topic }, say)));
      const what = 'acks=all';
      const at64 = await comparePairs({ ceiling, real, what, connections: 64, wanted: 0.5 }, say);
      const at256 = await comparePairs({ ceiling, real, what, connections: 256, wanted: 0.6 }, say);
      rows.push(...at64.rows, ...at256.rows);
      rows.push(...(await measureSteady(real, at64.requestsPerSecond, say)));
    }
    await using real = await startTarget([noBroker], topic);
    await load(real.url, { connections: 64, seconds: 3 });
    const spooled = await comparePairs({ ceiling, real, what: 'Kafka away', connections: 64, wanted: 0.3 }, say);
    const [accepted, onDisk] = [
      await real.metric('callstream_ingest_accepted_total'),
      await real.metric('callstream_ingest_spool_records'),
    ];
    rows.push(...spooled.rows, {
      what: 'Kafka away: p99, and answers of 200 that are on disk',
      result: `${spooled.p99Ms} ms, ${onDisk} of ${accepted}`,
      wanted: `< ${spoolP99MsWanted} ms, all`,
      met: spooled.p99Ms < spoolP99MsWanted && onDisk >= accepted,
    });
    return rows;
  },
};
