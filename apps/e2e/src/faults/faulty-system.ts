import fc from 'fast-check';
import { callsOfEvents } from '@callstream/domain/testing';
import { startProxyFor, testDatabase, testTopicName } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import { startTimeFor, simulatedBodies } from '../load/simulated-webhooks.ts';
import { startGateway } from '../system/gateway.ts';
import type { GatewayInstance } from '../system/gateway.ts';
import { startProxiedKafka } from '../system/proxied-kafka.ts';
import type { ProxiedKafka } from '../system/proxied-kafka.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

/** A system of which everything can fail: two gateways, and a proxy before Kafka, Postgres and each watcher. */
export interface FaultySystem extends AsyncDisposable {
  /** Posts simulated webhooks, and meanwhile `faults` faults; at the end nothing is broken any more. */
  readonly provoke: (options: { seed: number; webhooks: number; faults: number }) => Promise<void>;
  /** Waits until every watcher shows what the log says. @throws {Error} that names a difference */
  readonly expectNoGap: () => Promise<void>;
}

const faultKinds = ['socket cut', 'all sockets cut', 'gateway killed', 'moved', 'Kafka away', 'Postgres away'] as const;
type Fault = (typeof faultKinds)[number];

/** Different screens: everything, what waits, what talks in some queues, what has ended. */
const filters = [
  {},
  { states: ['WAITING' as const] },
  { states: ['NEW' as const, 'ONGOING' as const], queues: ['900', '901'] },
  { queues: ['900'] },
  { states: ['FINISHED' as const] },
];
/** Simulated events per second of the centre's own time. */
const centreRate = 40;
/** Webhooks that are under way at the same time. */
const connections = 8;

export async function startFaultySystem(): Promise<FaultySystem> {
  await using cleanup = new AsyncDisposableStack();
  const own = cleanup.use(await startProxiedKafka());
  const database = cleanup.use(await testDatabase());
  const { proxy: postgres, url: databaseUrl } = await startProxyFor(database.url);
  cleanup.use(postgres);
  const system = cleanup.use(
    await startSystem({
      brokers: own.brokers,
      topic: testTopicName(),
      databaseUrl,
      services: ['ingest', 'projector'],
    }),
  );
  const gateways = await Promise.all([startGateway(system.env), startGateway(system.env)]);
  gateways.forEach((gateway) => cleanup.use(gateway));
  const watchers = await Promise.all(filters.map((filter, i) => openAuditedClient(gateways[i % 2]?.port ?? 0, filter)));
  watchers.forEach((watcher) => cleanup.use(watcher));
  const world = { own, postgres, system, gateways, watchers };
  const owned = cleanup.move();
  return {
    provoke: (options) => injectFaults(world, options),
    expectNoGap: async () => {
      await system.projected();
      const calls = callsOfEvents(await readLog(own.kafka, system.topic));
      await Promise.all(watchers.map(({ shows }) => shows(calls.values())));
      const lesser = watchers.flatMap((watcher) => watcher.lesser);
      if (lesser.length > 0) throw new Error(`${lesser.length} times a call became less: ${lesser[0] ?? ''}`);
      // Or it was no test. (Beginning anew is allowed: a gateway that loads while Kafka is away does not know what has left.)
      if (watchers.some(({ losses }) => losses() === 0)) throw new Error('A dashboard never lost its connection.');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface FaultTargets {
  readonly own: ProxiedKafka;
  readonly postgres: Proxy;
  readonly system: System;
  readonly gateways: readonly GatewayInstance[];
  readonly watchers: readonly AuditedClient[];
}

/** What ends a fault. */
type EndFault = () => Promise<void> | void;

/** `pick` chooses whom it hits: 0 to 1. */
async function injectFault(
  { own, postgres, gateways, watchers }: FaultTargets,
  fault: Fault,
  pick: number,
): Promise<EndFault> {
  const hit = <T>(all: readonly T[]): T[] => all.slice(Math.floor(pick * all.length)).slice(0, 1);
  switch (fault) {
    case 'socket cut':
      hit(watchers).forEach(({ proxy }) => proxy.cut());
      return () => undefined;
    case 'all sockets cut':
      watchers.forEach(({ proxy }) => proxy.cut());
      return () => undefined;
    case 'gateway killed':
      await Promise.all(hit(gateways).map((gateway) => gateway.kill()));
      return async () => {
        await Promise.all(hit(gateways).map((gateway) => gateway.start()));
      };
    case 'moved':
      watchers.forEach(({ proxy }, i) => {
        const to = gateways[(i + Math.round(pick * 8)) % gateways.length];
        if (to) proxy.switchTo({ port: to.port });
      });
      return () => undefined;
    case 'Kafka away':
      await own.proxy.refuse();
      return () => own.proxy.resume();
    case 'Postgres away':
      await postgres.refuse();
      return () => postgres.resume();
  }
}

async function injectFaults(
  world: FaultTargets,
  { seed, webhooks, faults }: { seed: number; webhooks: number; faults: number },
): Promise<void> {
  // Each kind once before any comes again.
  const order = fc.shuffledSubarray([...faultKinds], { minLength: faultKinds.length });
  const kinds = fc
    .sample(order, { seed, numRuns: Math.ceil(faults / faultKinds.length) })
    .flat()
    .slice(0, faults);
  const picks = fc.sample(fc.double({ min: 0, max: 0.999, noNaN: true }), { seed, numRuns: faults });
  await using sender = createSender(world.system.webhookUrl, connections);
  const bodies = simulatedBodies(webhooks, centreRate, { seed, start: startTimeFor(webhooks, centreRate) });
  const post = async (count: number): Promise<void> => {
    const some: string[] = [];
    while (some.length < count) {
      const next = await bodies.next();
      if (next.done) break;
      some.push(next.value);
    }
    await Promise.all(some.map((body) => sender.postUntilAnswered(body)));
  };
  // Between two faults, and while one lasts, equally many webhooks come.
  const piece = Math.ceil(webhooks / (2 * faults + 1));
  await post(piece);
  for (const [i, kind] of kinds.entries()) {
    const mend = await injectFault(world, kind, picks[i] ?? 0);
    await post(piece);
    await Promise.all([mend(), post(piece)]);
  }
}
