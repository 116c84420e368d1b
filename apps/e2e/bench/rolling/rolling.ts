import { randomUUID } from 'node:crypto';
import { testDatabase } from '@callstream/stack';
import type { ServiceInstance } from '../../src/system/instance.ts';
import { startLoadBalancedSystem } from '../../src/system/load-balanced-system.ts';
import type { LoadBalancedSystem } from '../../src/system/load-balanced-system.ts';
import { createPauseMeter } from './pause-meter.ts';
import { measureProjectionPauses } from './projection-pauses.ts';
import { quantile } from '../../src/load/statistics.ts';
import type { Bench, BenchRow } from '../bench.ts';

const perSecond = 200;
const seed = 1;
const rounds = 2;
/** Between two restarts, and before the first: about two seconds of load. */
const settleWebhooks = 400;
const pauseMsWanted = 1_000;

type Say = (line: string) => void;

export const rolling: Bench = {
  about: `two of each service, restarted in turn under ${perSecond} webhooks/s: attempts without an answer, pauses`,
  run: async ({ brokers }, say) => {
    await using database = await testDatabase();
    const topic = `bench-${randomUUID()}`;
    await using pairs = await startLoadBalancedSystem({ brokers, topic, databaseUrl: database.url, perSecond, seed });
    await pairs.load.goOn(5 * settleWebhooks);
    return [await rollIngest(pairs, say), ...(await rollProjectors(pairs, say)), await rollGateways(pairs, say)];
  },
};

/** Each member in turn, some rounds long: away, there again, a while of load. `after`: what is measured then. */
async function roll(
  members: readonly ServiceInstance[],
  { load }: LoadBalancedSystem,
  after: (step: 'stop' | 'start') => void,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const member of members) {
      await member.stop();
      await load.goOn(settleWebhooks);
      after('stop');

      await member.start();
      await load.goOn(settleWebhooks);
      after('start');
    }
}

async function rollIngest(pairs: LoadBalancedSystem, say: Say): Promise<BenchRow> {
  const { load, members } = pairs;
  const before = { retries: load.retries(), accepted: load.accepted.size };
  await roll(members.ingest, pairs, (step) =>
    say(`ingest: ${step}, ${load.retries() - before.retries} attempts without an answer`),
  );
  const [retries, accepted] = [load.retries() - before.retries, load.accepted.size - before.accepted];
  const what = `ingest, ${2 * rounds} restarts: attempts without an answer`;
  return { what, result: `${retries}, of ${accepted} webhooks`, wanted: '0', met: retries === 0 };
}

async function rollProjectors(pairs: LoadBalancedSystem, say: Say): Promise<BenchRow[]> {
  await using projection = await measureProjectionPauses(pairs.system);
  await pairs.load.goOn(settleWebhooks);
  const usual = [...projection.take().values()];
  const pauses = { stop: [] as number[], start: [] as number[] };
  await roll(pairs.members.projector, pairs, (step) => {
    const each = [...projection.take().values()];
    pauses[step].push(...each);
    say(`projector: ${step}, longest pause of each partition: ${show(each)}`);
  });
  const row = (step: 'stop' | 'start', what: string): BenchRow => ({
    what: `projector, longest pause of each partition when one ${what}`,
    result: show(pauses[step]),
    wanted: `≤ ${pauseMsWanted} ms`,
    met: Math.max(...pauses[step]) <= pauseMsWanted,
  });
  return [
    { what: 'projector, the same when nothing happens', result: show(usual) },
    row('stop', 'leaves'),
    row('start', 'joins'),
  ];
}

async function rollGateways(pairs: LoadBalancedSystem, say: Say): Promise<BenchRow> {
  const screens = pairs.watchers.slice(0, 1).map(({ client }) => {
    const pauses = createPauseMeter();
    client.on('CallsChanged', pauses.mark);
    client.on('Snapshot', pauses.mark);
    return pauses;
  });
  const pauses: number[] = [];
  await roll(pairs.members.gateway, pairs, (step) => {
    const each = screens.map(({ take }) => take());
    pauses.push(...each);
    say(`gateway: ${step}, longest pause of a dashboard: ${show(each)}`);
  });
  return { what: `gateway, ${2 * rounds} restarts: longest pause of a dashboard`, result: show(pauses) };
}

const show = (ms: readonly number[]): string =>
  `p50 ${quantile(ms, 0.5).toFixed(0)} ms, max ${Math.max(...ms).toFixed(0)} ms`;
