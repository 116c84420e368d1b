import { ensureTopics } from '@callstream/runtime';
import type { Bench, BenchRow } from '../bench.ts';
import { measureSingleRequests } from './single-requests.ts';
import { compareWithCeiling } from './compare-with-ceiling.ts';
import { measureSteadyLoad } from './steady-load.ts';
import { generatorText, prepareLoad, warmUp } from './prepare-load.ts';
import { startCeiling, startIngestTarget } from './webhook-target.ts';

/** No broker listens there. */
const unreachableBroker = '127.0.0.1:1';
const shareTarget = 0.55;
const shareSpoolingTarget = 0.25;
const spoolP99MsTarget = 100;

export const ingest: Bench = {
  about: 'requests/s, CPU and latency of ingest, compared with the bare framework; spooling; 60 s at 80 % load',
  argsText: generatorText,
  minutes: 7,
  run: async ({ brokers }, report, [generatorName]) => {
    const { generator, kafka, topic, log } = await prepareLoad(brokers, generatorName);
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
