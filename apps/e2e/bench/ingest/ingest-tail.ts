import { setTimeout as sleep } from 'node:timers/promises';
import type { Proxy } from '@callstream/stack';
import type { Bench, BenchRow } from '../bench.ts';
import { postAtRate } from '../load/open-loop.ts';
import { generatorText, prepareLoad, warmUp } from './prepare-load.ts';
import { measureTail } from './tail-causes.ts';
import { startTailCluster } from './tail-cluster.ts';
import { startTailTarget } from './tail-target.ts';

/**
 * About a third of the requests/s at full load on two shared cores. While half of the requests wait for a broker that stalls, enough
 * connections are left for the others.
 */
const steady = { connections: 1_000, rate: 5_000, seconds: 15 };
const fullGcEveryMs = 2_000;
const spooledMin = 200_000;
/** How long, and how often, the second broker does not answer, in ms. */
const slowness = { stallMs: 300, everyMs: 2_000 };

export const ingestTail: Bench = {
  about:
    'p99.9 of ingest at a fixed rate, and what makes it: plain, full garbage collections, spool drain, slow broker',
  argsText: generatorText,
  minutes: 3,
  run: async ({ brokers }, report, [generatorName]) => {
    const { generator, topic } = await prepareLoad(brokers, generatorName);
    const rows: BenchRow[] = [];
    const warm = async (url: string): Promise<void> => {
      await generator.run(url, warmUp);
      await postAtRate(url, { ...steady, seconds: warmUp.seconds });
    };
    const plain = async (name: string, everyMs?: number): Promise<void> => {
      await using target = await startTailTarget(brokers, topic, everyMs);
      await warm(target.url);
      report(name);
      rows.push(...(await measureTail(target, name, steady)));
    };
    await plain(`plain, ${steady.rate} requests/s`);
    await plain(`all garbage collected every ${fullGcEveryMs / 1_000} s`, fullGcEveryMs);

    await using cluster = await startTailCluster();
    await using target = await startTailTarget(cluster.brokers, cluster.topic);
    await warm(target.url);
    const groups = { ...steady, groupOf: cluster.brokerOf };
    report('two brokers');
    rows.push(...(await measureTail(target, 'two brokers: first | second', groups)));
    {
      const { stallMs, everyMs } = slowness;
      const name = `second broker stalls ${stallMs} ms every ${everyMs / 1_000} s: first | second`;
      report(name);
      await using _slow = stallRegularly(cluster.second);
      rows.push(...(await measureTail(target, name, groups)));
    }
    const spooled = (): Promise<number> => target.metric('callstream_ingest_spool_records');
    report(`spooling ${spooledMin} events`);
    await Promise.all([cluster.first.refuse(), cluster.second.refuse()]);
    while ((await spooled()) < spooledMin) await generator.run(target.url, { connections: 64, seconds: 5 });
    const before = await spooled();
    await Promise.all([cluster.first.resume(), cluster.second.resume()]);
    report(`draining ${before} events`);
    rows.push(...(await measureTail(target, `drain of ${before} events: first | second`, groups)));
    rows.push({ name: '  events left in the spool', result: String(await spooled()) });
    return rows;
  },
};

/** Stalls a proxy again and again, until it is disposed. */
function stallRegularly(proxy: Proxy): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(slowness.everyMs - slowness.stallMs, undefined, { signal });
      proxy.stall();
      await sleep(slowness.stallMs);
      await proxy.resume();
    }
  };
  const running = run().catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await running;
    },
  };
}
