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
import { expectNoRegressions, openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

/** Filters of the clients; the first client sees everything. */
const filters = [{}, { states: ['WAITING' as const] }, { queues: ['900', '901'] }, { states: ['FINISHED' as const] }];

export interface LoadBalancedSystemOptions extends Pick<SystemOptions, 'brokers' | 'topic' | 'databaseUrl'> {
  /** Webhooks per second. */
  readonly perSecond: number;
  readonly seed: number;
}

/** Two instances of each service, load balancers in front of ingest and gateway, a steady load, and clients that audit what they are sent. */
export interface LoadBalancedSystem extends AsyncDisposable {
  readonly system: System;
  readonly instances: Readonly<Record<ServiceName, readonly ServiceInstance[]>>;
  readonly load: SteadyLoad;
  readonly clients: readonly AuditedClient[];
  /** Stops the load. @throws {Error} if an accepted webhook is missing in log or tables, or a client shows something else than the fold of the log */
  readonly expectNothingLost: () => Promise<void>;
}

const drainTimeoutMs = 60_000;

/** Resolves once every spool is empty. */
async function spoolsDrained(ingests: readonly ServiceInstance[]): Promise<void> {
  const isEmpty = async (): Promise<boolean> => {
    const counts = await Promise.all(ingests.map(({ metric }) => metric('callstream_ingest_spool_records')));
    return counts.every((records) => records === 0);
  };
  await until(isEmpty, {
    timeoutMs: drainTimeoutMs,
    onTimeout: () => new Error('A spool is not empty: callstream_ingest_spool_records is not 0.'),
  });
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
  const startPair = async (name: ServiceName): Promise<ServiceInstance[]> => {
    const started = await Promise.allSettled([start(name, 1), start(name, 2)]);
    for (const result of started) if (result.status === 'fulfilled') cleanup.use(result.value);
    return started.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  };
  const instances = {
    ingest: await startPair('ingest'),
    projector: await startPair('projector'),
    gateway: await startPair('gateway'),
  };
  const [webhooks, sockets] = await Promise.all(
    [instances.ingest, instances.gateway].map((pair) => startBalancer(pair.map(({ port }) => port))),
  );
  if (!webhooks || !sockets) throw new Error('No load balancer was started.');
  cleanup.use(webhooks);
  cleanup.use(sockets);
  const clients = await Promise.all(filters.map((filter) => openAuditedClient(sockets.port, filter)));
  clients.forEach((client) => cleanup.use(client));
  const load = cleanup.use(await startSteadyLoad(`http://127.0.0.1:${webhooks.port}/webhook`, { perSecond, seed }));
  const owned = cleanup.move();
  return {
    system,
    instances,
    load,
    clients,
    expectNothingLost: async () => {
      await load.stop();
      await spoolsDrained(instances.ingest);
      const events = await readLog(system.kafka, system.topic);
      const stored = new Set(events.map(({ uuid }) => uuid));
      const lost = [...load.accepted].filter((uuid) => !stored.has(uuid));
      if (lost.length > 0) throw new Error(`${lost.length} accepted webhooks are not in the log: ${lost[0] ?? ''}`);
      await expectTablesToBeFoldOfLog(system);
      const calls = callsOfEvents(events);
      await Promise.all(clients.map(({ untilShown }) => untilShown(calls.values())));
      expectNoRegressions(clients);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
