import { randomUUID } from 'node:crypto';
import { testDatabase } from '@callstream/stack';
import type { ServiceInstance } from '../../src/system/instance.ts';
import { startLoadBalancedSystem } from '../../src/system/load-balanced-system.ts';
import type { LoadBalancedSystem } from '../../src/system/load-balanced-system.ts';
import { createPauseMeter } from './pause-meter.ts';
import { measureProjectionPauses } from './projection-pauses.ts';
import { quantile } from '../../src/load/statistics.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';

const perSecond = 200;
const seed = 1;
const rounds = 2;
/** Webhooks between two restarts: about two seconds of load. */
const settleWebhooks = 400;
const pauseMsTarget = 1_000;

export const rolling: Bench = {
  about: `restarts of two instances of each service under ${perSecond} webhooks/s: attempts without a response, pauses`,
  minutes: 3,
  run: async ({ brokers }, report) => {
    await using database = await testDatabase();
    const topic = `bench-${randomUUID()}`;
    await using system = await startLoadBalancedSystem({ brokers, topic, databaseUrl: database.url, perSecond, seed });
    await system.load.untilAccepted(5 * settleWebhooks);
    return [
      await rollIngest(system, report),
      ...(await rollProjectors(system, report)),
      await rollGateways(system, report),
    ];
  },
};

/** Stops and starts each instance in turn. `after` runs after some load without the instance, and with it again. */
async function roll(
  instances: readonly ServiceInstance[],
  { load }: LoadBalancedSystem,
  after: (step: 'stop' | 'start') => void,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const instance of instances) {
      await instance.stop();
      await load.untilAccepted(settleWebhooks);
      after('stop');

      await instance.start();
      await load.untilAccepted(settleWebhooks);
      after('start');
    }
}

async function rollIngest(system: LoadBalancedSystem, report: ReportProgress): Promise<BenchRow> {
  const { load, instances } = system;
  const before = { retries: load.retries(), accepted: load.accepted.size };
  await roll(instances.ingest, system, (step) =>
    report(`ingest: ${step}, ${load.retries() - before.retries} attempts without a response`),
  );
  const [retries, accepted] = [load.retries() - before.retries, load.accepted.size - before.accepted];
  const name = `ingest, ${2 * rounds} restarts: attempts without a response`;
  return { name, result: `${retries}, of ${accepted} webhooks`, target: '0', met: retries === 0 };
}

async function rollProjectors(system: LoadBalancedSystem, report: ReportProgress): Promise<BenchRow[]> {
  await using projection = await measureProjectionPauses(system.system);
  await system.load.untilAccepted(settleWebhooks);
  const usual = [...projection.take().values()];
  const pauses = { stop: [] as number[], start: [] as number[] };
  await roll(system.instances.projector, system, (step) => {
    const each = [...projection.take().values()];
    pauses[step].push(...each);
    report(`projector: ${step}, longest pause of each partition: ${show(each)}`);
  });
  const row = (step: 'stop' | 'start', change: string): BenchRow => ({
    name: `projector, longest pause of each partition when one ${change}`,
    result: show(pauses[step]),
    target: `≤ ${pauseMsTarget} ms`,
    met: Math.max(...pauses[step]) <= pauseMsTarget,
  });
  return [
    { name: 'projector, the same without restarts', result: show(usual) },
    row('stop', 'leaves'),
    row('start', 'joins'),
  ];
}

async function rollGateways(system: LoadBalancedSystem, report: ReportProgress): Promise<BenchRow> {
  const meters = system.clients.slice(0, 1).map(({ client }) => {
    const meter = createPauseMeter();
    client.on('CallsChanged', meter.mark);
    client.on('Snapshot', meter.mark);
    return meter;
  });
  const pauses: number[] = [];
  await roll(system.instances.gateway, system, (step) => {
    const each = meters.map(({ take }) => take());
    pauses.push(...each);
    report(`gateway: ${step}, longest pause of a dashboard: ${show(each)}`);
  });
  return { name: `gateway, ${2 * rounds} restarts: longest pause of a dashboard`, result: show(pauses) };
}

const show = (ms: readonly number[]): string =>
  `p50 ${quantile(ms, 0.5).toFixed(0)} ms, max ${Math.max(...ms).toFixed(0)} ms`;
