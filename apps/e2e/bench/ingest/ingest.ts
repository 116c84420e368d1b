import { randomUUID } from 'node:crypto';
import { connectKafka, createLog, ensureTopics, partitionsDefault } from '@callstream/runtime';
import { createTopicWith } from '@callstream/runtime/testing';
import type { Bench, BenchRow } from '../bench.ts';
import { measureSingleRequests } from './single-requests.ts';
import { compareWithCeiling } from './compare-with-ceiling.ts';
import { measureSteadyLoad } from './steady-load.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import { createWorkers } from '../load/workers.ts';
import { findWrk } from '../load/wrk.ts';
import { startCeiling, startIngestTarget } from './webhook-target.ts';

/** No broker listens there. */
const unreachableBroker = '127.0.0.1:1';
const shareTarget = 0.55;
const shareSpoolingTarget = 0.25;
const spoolP99MsTarget = 100;
/**
 * As in a cluster of three brokers, which have Kafka's own default. A single broker that flushes each batch of each of twelve
 * partitions, as that of `npm start` does, limits what is acknowledged: ingest waits for it, with an idle CPU.
 */
export const unflushed = { 'flush.messages': String(2n ** 63n - 1n) };
export const warmUp = { connections: 64, seconds: 3 };

export const ingest: Bench = {
  about: 'requests/s, CPU and latency of ingest, compared with the bare framework; spooling; 60 s at 80 % load',
  argsText: 'load generator: wrk (default, if installed) or workers',
  minutes: 7,
  run: async ({ brokers }, report, [generatorName]) => {
    const generator = await chooseGenerator(generatorName);
    const log = createLog({ service: 'bench', level: 'silent' });
    const kafka = connectKafka({ brokers, clientId: 'bench', log });
    const topic = `bench-${randomUUID()}`;
    await createTopicWith(kafka, { topic, partitions: partitionsDefault, settings: unflushed });
    const flushed = `${topic}-flushed`;
    await ensureTopics(kafka, { topic: flushed, log });
    await using ceiling = await startCeiling();
    const rows: BenchRow[] = [{ name: 'load generator', result: generator.name }];
    const common = { ceiling, generator };
    {
      await using real = await startIngestTarget(brokers, topic);
      for (const { url } of [ceiling, real]) await generator.run(url, warmUp);
      rows.push(...(await measureSingleRequests({ ceiling, real, kafka, topic }, report)));
      const name = 'acks=all, no flush';
      const at64 = await compareWithCeiling({ ...common, real, name, connections: 64, shareTarget }, report);
      const at256 = await compareWithCeiling({ ...common, real, name, connections: 256, shareTarget }, report);
      rows.push(...at64.rows, ...at256.rows);
      rows.push(...(await measureSteadyLoad(real, at64.requestsPerSecond, report)));
    }
    {
      await using real = await startIngestTarget(brokers, flushed);
      await generator.run(real.url, warmUp);
      const name = 'acks=all, each batch flushed';
      for (const connections of [64, 256])
        rows.push(
          ...(await compareWithCeiling({ ...common, real, name, connections, shareTarget: null }, report)).rows,
        );
    }
    await using real = await startIngestTarget([unreachableBroker], topic);
    await generator.run(real.url, warmUp);
    const spooled = await compareWithCeiling(
      { ...common, real, name: 'Kafka unavailable', connections: 64, shareTarget: shareSpoolingTarget },
      report,
    );
    const [accepted, onDisk] = [
      await real.metric('callstream_ingest_accepted_total'),
      await real.metric('callstream_ingest_spool_records'),
    ];
    rows.push(...spooled.rows, {
      name: 'Kafka unavailable: p99, and responses with 200 whose event is on disk',
      result: `${spooled.p99Ms.toFixed(1)} ms, ${onDisk} of ${accepted}`,
      target: `< ${spoolP99MsTarget} ms, all`,
      met: spooled.p99Ms < spoolP99MsTarget && onDisk >= accepted,
    });
    return rows;
  },
};

/** The generator `name`: wrk or workers; default: wrk if it is installed. @throws {Error} if it does not exist or is not installed */
export async function chooseGenerator(name: string | undefined): Promise<LoadGenerator> {
  if (name !== undefined && name !== 'wrk' && name !== 'workers')
    throw new Error(`There is no load generator "${name}": use "wrk" or "workers".`);
  const wrk = name === 'workers' ? null : await findWrk();
  if (name === 'wrk' && !wrk)
    throw new Error('wrk is not in PATH: install it (apt-get install wrk), or use "workers".');
  return wrk ?? createWorkers();
}
