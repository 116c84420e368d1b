import fc from 'fast-check';
import { callsOfEvents } from '@callstream/domain/testing';
import type { Proxy } from '@callstream/stack';
import { startTimeFor, simulatedBodies } from '../load/simulated-webhooks.ts';
import { startGateway } from '../system/gateway.ts';
import type { GatewayInstance } from '../system/gateway.ts';
import type { ProxiedKafka } from '../system/proxied-kafka.ts';
import { startProxiedSystem } from '../system/proxied-system.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { System } from '../system/system.ts';
import { expectNoRegressions, openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

/** A system for fault injection: two gateways, and a proxy in front of Kafka, Postgres and each client. */
export interface FaultySystem extends AsyncDisposable {
  /** Posts simulated webhooks while it injects `faults` faults, one at a time; each is repaired before it resolves. */
  readonly injectFaults: (options: { seed: number; webhooks: number; faults: number }) => Promise<void>;
  /** Waits until every client shows the fold of the log. @throws {Error} that names a difference */
  readonly expectNoGap: () => Promise<void>;
}

const faultKinds = [
  'socket cut',
  'all sockets cut',
  'gateway killed',
  'clients moved',
  'Kafka unavailable',
  'Postgres unavailable',
] as const;
type Fault = (typeof faultKinds)[number];

/** Filters of the clients: all calls, waiting calls, new and ongoing calls of two queues, one queue, finished calls. */
const filters = [
  {},
  { states: ['WAITING' as const] },
  { states: ['NEW' as const, 'ONGOING' as const], queues: ['900', '901'] },
  { queues: ['900'] },
  { states: ['FINISHED' as const] },
];
/** Events per second of the simulated time. */
const centreRate = 40;
/** Webhooks in flight. */
const connections = 8;

export async function startFaultySystem(): Promise<FaultySystem> {
  await using cleanup = new AsyncDisposableStack();
  const { system, kafka, postgres } = cleanup.use(await startProxiedSystem({ services: ['ingest', 'projector'] }));
  const gateways = await Promise.all([startGateway(system.env), startGateway(system.env)]);
  gateways.forEach((gateway) => cleanup.use(gateway));
  const clients = await Promise.all(filters.map((filter, i) => openAuditedClient(gateways[i % 2]?.port ?? 0, filter)));
  clients.forEach((client) => cleanup.use(client));
  const targets = { kafka, postgres, system, gateways, clients };
  const owned = cleanup.move();
  return {
    injectFaults: (options) => injectFaults(targets, options),
    expectNoGap: async () => {
      await system.untilProjected();
      const calls = callsOfEvents(await readLog(kafka.kafka, system.topic));
      await Promise.all(clients.map(({ untilShown }) => untilShown(calls.values())));
      expectNoRegressions(clients);
      // Resets are allowed: a gateway that loads its board while Kafka is unavailable does not know which calls have left.
      if (clients.some(({ connectionLosses }) => connectionLosses() === 0))
        throw new Error('A client never lost its connection: its faults tested nothing.');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface FaultTargets {
  readonly kafka: ProxiedKafka;
  readonly postgres: Proxy;
  readonly system: System;
  readonly gateways: readonly GatewayInstance[];
  readonly clients: readonly AuditedClient[];
}

/** Repairs a fault. */
type EndFault = () => Promise<void> | void;

/** `pick` (0 to 1) chooses the target. */
async function injectFault(
  { kafka, postgres, gateways, clients }: FaultTargets,
  fault: Fault,
  pick: number,
): Promise<EndFault> {
  const targetsOf = <T>(all: readonly T[]): T[] => all.slice(Math.floor(pick * all.length)).slice(0, 1);
  switch (fault) {
    case 'socket cut':
      targetsOf(clients).forEach(({ proxy }) => proxy.cut());
      return () => undefined;
    case 'all sockets cut':
      clients.forEach(({ proxy }) => proxy.cut());
      return () => undefined;
    case 'gateway killed':
      await Promise.all(targetsOf(gateways).map((gateway) => gateway.kill()));
      return async () => {
        await Promise.all(targetsOf(gateways).map((gateway) => gateway.start()));
      };
    case 'clients moved':
      clients.forEach(({ proxy }, i) => {
        const to = gateways[(i + Math.round(pick * 8)) % gateways.length];
        if (to) proxy.switchTo({ port: to.port });
      });
      return () => undefined;
    case 'Kafka unavailable':
      await kafka.proxy.refuse();
      return () => kafka.proxy.resume();
    case 'Postgres unavailable':
      await postgres.refuse();
      return () => postgres.resume();
  }
}

async function injectFaults(
  targets: FaultTargets,
  { seed, webhooks, faults }: { seed: number; webhooks: number; faults: number },
): Promise<void> {
  // Each kind once before any is repeated.
  const order = fc.shuffledSubarray([...faultKinds], { minLength: faultKinds.length });
  const kinds = fc
    .sample(order, { seed, numRuns: Math.ceil(faults / faultKinds.length) })
    .flat()
    .slice(0, faults);
  const picks = fc.sample(fc.double({ min: 0, max: 0.999, noNaN: true }), { seed, numRuns: faults });
  await using sender = createSender(targets.system.webhookUrl, connections);
  const bodies = simulatedBodies(webhooks, centreRate, { seed, start: startTimeFor(webhooks, centreRate) });
  const post = async (count: number): Promise<void> => {
    const batch: string[] = [];
    while (batch.length < count) {
      const next = await bodies.next();
      if (next.done) break;
      batch.push(next.value);
    }
    await Promise.all(batch.map((body) => sender.postUntilAnswered(body)));
  };
  // Equally many webhooks between two faults and during each.
  const perPhase = Math.ceil(webhooks / (2 * faults + 1));
  await post(perPhase);
  for (const [i, kind] of kinds.entries()) {
    const repair = await injectFault(targets, kind, picks[i] ?? 0);
    await post(perPhase);
    await Promise.all([repair(), post(perPhase)]);
  }
}
