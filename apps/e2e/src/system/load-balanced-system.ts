import { join } from 'node:path';
import { callsOfEvents } from '@callstream/domain/testing';
import { startBalancer, until } from '@callstream/stack';
import { startInstance } from './instance.ts';
import type { ServiceInstance } from './instance.ts';
import { readLog } from '../log/read-log.ts';
import { startSteadyLoad } from '../load/steady-load.ts';
import type { SteadyLoad } from '../load/steady-load.ts';
import { startSystem } from './system.ts';
import type { ServiceName, System, SystemOptions } from './system.ts';
import { expectTablesToBeFoldOfLog } from './test-system.ts';
import { openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

/** Different screens. The first shows everything. */
const filters = [{}, { states: ['WAITING' as const] }, { queues: ['900', '901'] }, { states: ['FINISHED' as const] }];

export interface LoadBalancedSystemOptions extends Pick<SystemOptions, 'brokers' | 'topic' | 'databaseUrl'> {
  /** Webhooks. */
  readonly perSecond: number;
  readonly seed: number;
}

/** Two of each service, a balancer before those that have a port, a steady load, and dashboards that look on. */
export interface LoadBalancedSystem extends AsyncDisposable {
  readonly system: System;
  readonly members: Readonly<Record<ServiceName, readonly ServiceInstance[]>>;
  readonly load: SteadyLoad;
  readonly watchers: readonly AuditedClient[];
  /** Ends the load. @throws {Error} if an accepted webhook is not in log and tables, or a dashboard shows or showed less than the log says */
  readonly expectNothingLost: () => Promise<void>;
}

const patienceMs = 60_000;

/** Resolves once nothing waits on a disk for Kafka. */
async function spoolsDrained(ingests: readonly ServiceInstance[]): Promise<void> {
  const isEmpty = async (): Promise<boolean> => {
    const waiting = await Promise.all(ingests.map(({ metric }) => metric('callstream_ingest_spool_records')));
    return waiting.every((records) => records === 0);
  };
  await until(isEmpty, { timeoutMs: patienceMs, onTimeout: () => new Error('A spool is not drained.') });
}

export async function startLoadBalancedSystem({
  perSecond,
  seed,
  ...options
}: LoadBalancedSystemOptions): Promise<LoadBalancedSystem> {
  await using cleanup = new AsyncDisposableStack();
  const system = cleanup.use(await startSystem({ ...options, services: [] }));
  const { env } = system;
  const start = async (name: ServiceName, i: number): Promise<ServiceInstance> =>
    startInstance(name, { ...env, DATA_DIR: join(env['DATA_DIR'] ?? '', `${name}-${i}`) });
  const pair = async (name: ServiceName): Promise<ServiceInstance[]> => {
    const started = await Promise.allSettled([start(name, 1), start(name, 2)]);
    for (const one of started) if (one.status === 'fulfilled') cleanup.use(one.value);
    return started.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  };
  const members = { ingest: await pair('ingest'), projector: await pair('projector'), gateway: await pair('gateway') };
  const [webhooks, sockets] = await Promise.all(
    [members.ingest, members.gateway].map((of) => startBalancer(of.map(({ port }) => port))),
  );
  if (!webhooks || !sockets) throw new Error('There is no balancer.');
  cleanup.use(webhooks);
  cleanup.use(sockets);
  const watchers = await Promise.all(filters.map((filter) => openAuditedClient(sockets.port, filter)));
  watchers.forEach((watcher) => cleanup.use(watcher));
  const load = cleanup.use(await startSteadyLoad(`http://127.0.0.1:${webhooks.port}/webhook`, { perSecond, seed }));
  const owned = cleanup.move();
  return {
    ...{ system, members, load, watchers },
    expectNothingLost: async () => {
      await load.end();
      await spoolsDrained(members.ingest);
      const events = await readLog(system.kafka, system.topic);
      const stored = new Set(events.map(({ uuid }) => uuid));
      const lost = [...load.accepted].filter((uuid) => !stored.has(uuid));
      if (lost.length > 0) throw new Error(`${lost.length} accepted webhooks are not in the log: ${lost[0] ?? ''}`);
      await expectTablesToBeFoldOfLog(system);
      const calls = callsOfEvents(events);
      await Promise.all(watchers.map(({ shows }) => shows(calls.values())));
      const lesser = watchers.flatMap((watcher) => watcher.lesser);
      if (lesser.length > 0) throw new Error(`${lesser.length} times a call became less: ${lesser[0] ?? ''}`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
