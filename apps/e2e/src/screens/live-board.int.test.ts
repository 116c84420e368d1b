import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '@callstream/domain';
import { callsOfEvents, fixtureEvents } from '@callstream/domain/testing';
import { startProxyFor, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { migrated } from '@callstream/tables/testing';
import type { Proxy } from '@callstream/stack';
import { startReaders } from '../../bench/gateway/readers.ts';
import { startGateway } from '../system/gateway.ts';
import type { GatewayInstance } from '../system/gateway.ts';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { readLog } from '../log/read-log.ts';
import { createSender } from '../load/sender.ts';
import type { Sender } from '../load/sender.ts';
import { launch, runOnce } from '../system/service-process.ts';
import { startSystem } from '../system/system.ts';
import type { System } from '../system/system.ts';
import { openAuditedClient } from '../clients/audited-client.ts';
import type { AuditedClient } from '../clients/audited-client.ts';

const dayMs = 86_400_000;
const cleanup = new AsyncDisposableStack();
let system: System;
let sender: Sender;
/** Between the gateways and Postgres. */
let postgres: Proxy;
let gatewayEnv: Readonly<Record<string, string>>;
let gatewayA: GatewayInstance;
let gatewayB: GatewayInstance;

beforeAll(async () => {
  const database = cleanup.use(await testDatabase({ content: migrated }));
  const { proxy, url } = await startProxyFor(database.url);
  postgres = cleanup.use(proxy);
  const kafka = { brokers: testKafkaBrokers(), topic: testTopicName() };
  system = cleanup.use(await startSystem({ ...kafka, databaseUrl: database.url, services: ['ingest', 'projector'] }));
  sender = cleanup.use(createSender(system.webhookUrl, 8));
  gatewayEnv = { ...system.env, DATABASE_URL: url };
  // A call that ended a day ago, so that no board has it.
  await produceWebhooks(system, fixtureEvents.get('01-nominal') ?? [], Date.now() - dayMs);
  await system.untilProjected();
  [gatewayA, gatewayB] = await Promise.all([startGateway(gatewayEnv), startGateway(gatewayEnv)]);
  cleanup.use(gatewayA);
  cleanup.use(gatewayB);
});
afterAll(() => cleanup.disposeAsync(), 60_000);

let calls = 0;
/** Posts webhooks of `count` new calls. */
async function post(count: number, ...types: string[]): Promise<void> {
  const bodies = Array.from({ length: count }, () => `call ${++calls}`).flatMap((call_id) =>
    types.map((type) => JSON.stringify({ type, call_id, queue: '900', timestamp: new Date().toISOString() })),
  );
  const responses = await sender.postAll(bodies);
  expect(responses.filter(({ status }) => status !== 200)).toEqual([]);
}

/** The calls of the board: those with an event in the last 30 minutes. */
const callsOnBoard = async (): Promise<Call[]> =>
  [...callsOfEvents(await readLog(system.kafka, system.topic)).values()].filter(
    ({ heardAt }) => Date.now() - heardAt < dayMs / 48,
  );

async function expectShown(...clients: readonly AuditedClient[]): Promise<void> {
  const expected = await callsOnBoard();
  await Promise.all(clients.map(({ untilShown }) => untilShown(expected)));
  expect(clients.flatMap(({ regressions }) => regressions)).toEqual([]);
}

const reconnected = (client: AuditedClient, losses: number): Promise<true> =>
  until(() => client.connectionLosses() > losses && client.client.status.get().connection === 'live', {
    onTimeout: () => new Error(`The client does not reconnect: ${JSON.stringify(client.client.status.get())}`),
  });
async function moveTo(gateway: GatewayInstance, client: AuditedClient): Promise<void> {
  const losses = client.connectionLosses();
  client.proxy.switchTo({ port: gateway.port });
  await reconnected(client, losses);
}

it('two gateways show the same calls, and a client resumes with its cursor at the other, at one with lag and at one that has just started', async () => {
  await using client = await openAuditedClient(gatewayA.port);
  await using second = await openAuditedClient(gatewayB.port);
  await post(20, 'call.new', 'call.waiting');
  await expectShown(client, second);

  await moveTo(gatewayB, client);
  await expectShown(client);

  // It has lag when it gets the cursor of one without.
  gatewayB.service().freeze();
  await moveTo(gatewayA, client);
  await post(20, 'call.new', 'call.ongoing');
  await expectShown(client);
  client.proxy.switchTo({ port: gatewayB.port });
  gatewayB.service().thaw();
  await expectShown(client, second);

  await using started = await startGateway(gatewayEnv);
  await post(5, 'call.new', 'call.finished');
  await moveTo(started, client);
  await expectShown(client, second);
  expect([client.resets(), second.resets()]).toEqual([0, 0]);
});

it('a recording that arrives a day later brings its complete call back to the board', async () => {
  await using client = await openAuditedClient(gatewayA.port);
  const [first = ''] = fixtureEvents.get('01-nominal') ?? [];
  const { call_id } = JSON.parse(first) as { call_id: string };
  await expectShown(client);
  expect(client.client.board.get().has(call_id)).toBe(false);
  await sender.post(JSON.stringify({ type: 'call.recording-available', call_id, url: 'https://recordings.example/1' }));
  await expectShown(client);
  expect(client.client.board.get().get(call_id)).toMatchObject({
    state: 'FINISHED',
    recordingUrl: 'https://recordings.example/1',
  });
});

it('200 dashboards that reconnect at once with their cursors while Postgres is unavailable are all live again', async () => {
  await using readers = startReaders();
  await readers.open('all', { port: gatewayA.port, sockets: 200 });
  await postgres.refuse();
  try {
    await readers.expect('all', 0, 1);
    await readers.reopen('all', gatewayB.port);
    await sender.post(JSON.stringify({ type: 'call.new', call_id: 'bench.0.0' }));
    expect((await readers.complete('all')).changes).toBe(200);
  } finally {
    await postgres.resume();
  }
});

it('a swap to rebuilt tables is not visible to connected clients', async () => {
  await using client = await openAuditedClient(gatewayA.port);
  await using filtered = await openAuditedClient(gatewayB.port, { queues: ['900'] });
  await post(5, 'call.new', 'call.waiting');
  await expectShown(client, filtered);
  const resetsBefore = client.resets();
  await runOnce({ name: 'rebuild', args: ['apps/projector/src/main.ts', 'rebuild'], env: { ...system.env } });
  await post(5, 'call.new', 'call.waiting', 'call.ongoing');
  await expectShown(client, filtered);
  expect([client.connectionLosses(), client.resets()]).toEqual([0, resetsBefore]);
  // The cursor from before the swap is still valid.
  await moveTo(gatewayA, filtered);
  await expectShown(client, filtered);
});

it('the example dashboard of libs/client/README.md runs unchanged', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../../libs/client/README.md'), 'utf8');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(15);
  const args = ['--input-type=module-typescript', '--eval', code.replace('ws://127.0.0.1:4000', gatewayA.socketUrl)];
  await using dashboard = launch({ name: 'dashboard', args, env: {} });
  await post(1, 'call.new', 'call.waiting');
  await until(() => /^live: [1-9]\d* waiting\n {2}.* in 900, [\d.]+ s$/m.test(dashboard.tail()), {
    onTimeout: () => new Error(dashboard.tail()),
  });
});

it('a client that watches a call gets each event once, across a change of the gateway', async () => {
  await using client = await openAuditedClient(gatewayA.port);
  await post(1, 'call.new', 'call.waiting');
  const callId = `call ${calls}`;
  using events = client.client.watchCall(callId);
  const types = (): unknown[] => events.get().map(({ event }) => event['type']);
  const untilTypes = (...expected: string[]): Promise<true> =>
    until(() => JSON.stringify(types()) === JSON.stringify(expected), {
      onTimeout: () =>
        new Error(`The client has ${JSON.stringify(types())} ${client.client.status.get().problem ?? ''}`),
    });
  await untilTypes('call.new', 'call.waiting');
  const postEvent = (type: string): Promise<unknown> => sender.post(JSON.stringify({ type, call_id: callId }));
  await postEvent('call.ongoing');
  await untilTypes('call.new', 'call.waiting', 'call.ongoing');
  await moveTo(gatewayB, client);
  await postEvent('call.finished');
  await untilTypes('call.new', 'call.waiting', 'call.ongoing', 'call.finished');
});
