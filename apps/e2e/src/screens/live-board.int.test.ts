import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call } from '@callstream/domain';
import { callsOfEvents, fixtureEvents } from '@callstream/domain/testing';
import { startProxyFor, testDatabase, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
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
let one: GatewayInstance;
let other: GatewayInstance;

beforeAll(async () => {
  const database = cleanup.use(await testDatabase());
  const { proxy, url } = await startProxyFor(database.url);
  postgres = cleanup.use(proxy);
  const kafka = { brokers: testKafkaBrokers(), topic: testTopicName() };
  system = cleanup.use(await startSystem({ ...kafka, databaseUrl: database.url, services: ['ingest', 'projector'] }));
  sender = cleanup.use(createSender(system.webhookUrl, 8));
  gatewayEnv = { ...system.env, DATABASE_URL: url };
  // A call that ended a day ago, and is on no board.
  await produceWebhooks(system, fixtureEvents.get('01-nominal') ?? [], Date.now() - dayMs);
  await system.projected();
  [one, other] = await Promise.all([startGateway(gatewayEnv), startGateway(gatewayEnv)]);
  cleanup.use(one);
  cleanup.use(other);
}, 120_000);
afterAll(() => cleanup.disposeAsync(), 60_000);

let calls = 0;
/** Posts webhooks of `count` calls that are new. */
async function post(count: number, ...types: string[]): Promise<void> {
  const bodies = Array.from({ length: count }, () => `call ${++calls}`).flatMap((call_id) =>
    types.map((type) => JSON.stringify({ type, call_id, queue: '900', timestamp: new Date().toISOString() })),
  );
  const answers = await sender.postAll(bodies);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
}

/** What is on a board: calls that were heard of in the last minutes. */
const onBoard = async (): Promise<Call[]> =>
  [...callsOfEvents(await readLog(system.kafka, system.topic)).values()].filter(
    ({ heardAt }) => Date.now() - heardAt < dayMs / 48,
  );

async function expectShown(...watchers: readonly AuditedClient[]): Promise<void> {
  const wanted = await onBoard();
  await Promise.all(watchers.map(({ shows }) => shows(wanted)));
  expect(watchers.flatMap(({ lesser }) => lesser)).toEqual([]);
}

const reconnected = (watcher: AuditedClient, losses: number): Promise<true> =>
  until(() => watcher.losses() > losses && watcher.client.status.get().connection === 'live', {
    timeoutMs: 30_000,
    onTimeout: () => new Error(`It does not come back: ${JSON.stringify(watcher.client.status.get())}`),
  });
async function moveTo(gateway: GatewayInstance, watcher: AuditedClient): Promise<void> {
  const losses = watcher.losses();
  watcher.proxy.switchTo({ port: gateway.port });
  await reconnected(watcher, losses);
}

it('two gateways show the same calls, and a cursor of one is good on the other, on one that is behind and on one that has just started', async () => {
  await using watcher = await openAuditedClient(one.port);
  await using beside = await openAuditedClient(other.port);
  await post(20, 'call.new', 'call.waiting');
  await expectShown(watcher, beside);

  await moveTo(other, watcher);
  await expectShown(watcher);

  // It is behind while it gets the cursor of one that is not.
  other.service().freeze();
  await moveTo(one, watcher);
  await post(20, 'call.new', 'call.ongoing');
  await expectShown(watcher);
  watcher.proxy.switchTo({ port: other.port });
  other.service().thaw();
  await expectShown(watcher, beside);

  await using started = await startGateway(gatewayEnv);
  await post(5, 'call.new', 'call.finished');
  await moveTo(started, watcher);
  await expectShown(watcher, beside);
  expect([watcher.resets(), beside.resets()]).toEqual([0, 0]);
}, 90_000);

it('a recording that comes a day later shows the call that it belongs to, and no ghost', async () => {
  await using watcher = await openAuditedClient(one.port);
  const [first = ''] = fixtureEvents.get('01-nominal') ?? [];
  const { call_id } = JSON.parse(first) as { call_id: string };
  await expectShown(watcher);
  expect(watcher.client.board.get().has(call_id)).toBe(false);
  await sender.post(JSON.stringify({ type: 'call.recording-available', call_id, url: 'https://recordings.example/1' }));
  await expectShown(watcher);
  expect(watcher.client.board.get().get(call_id)).toMatchObject({
    state: 'FINISHED',
    recordingUrl: 'https://recordings.example/1',
  });
}, 60_000);

it('200 dashboards that reconnect at once with their cursors while Postgres is away are all live again', async () => {
  await using readers = startReaders();
  await readers.open('all', { port: one.port, sockets: 200 });
  await postgres.refuse();
  try {
    await readers.expect('all', 0, 1);
    await readers.reopen('all', other.port);
    await sender.post(JSON.stringify({ type: 'call.new', call_id: 'bench.0.0' }));
    expect((await readers.complete('all')).changes).toBe(200);
  } finally {
    await postgres.resume();
  }
}, 60_000);

it('the projection is swapped for a rebuilt one, and who watches notices nothing', async () => {
  await using watcher = await openAuditedClient(one.port);
  await using away = await openAuditedClient(other.port, { queues: ['900'] });
  await post(5, 'call.new', 'call.waiting');
  await expectShown(watcher, away);
  const replaced = watcher.resets();
  await runOnce({ name: 'rebuild', args: ['apps/projector/src/main.ts', 'rebuild'], env: { ...system.env } });
  await post(5, 'call.new', 'call.waiting', 'call.ongoing');
  await expectShown(watcher, away);
  expect([watcher.losses(), watcher.resets()]).toEqual([0, replaced]);
  // And with the cursor of before.
  await moveTo(one, away);
  await expectShown(watcher, away);
}, 90_000);

it('the dashboard of the README runs as it stands', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../../libs/client/README.md'), 'utf8');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(15);
  const args = ['--input-type=module-typescript', '--eval', code.replace('ws://127.0.0.1:4000', one.socketUrl)];
  await using dashboard = launch({ name: 'dashboard', args, env: {} });
  await post(1, 'call.new', 'call.waiting');
  await until(() => /^live: [1-9]\d* waiting\n {2}.* in 900, [\d.]+ s$/m.test(dashboard.tail()), {
    timeoutMs: 20_000,
    onTimeout: () => new Error(dashboard.tail()),
  });
}, 60_000);

it('the events of a call that is watched come once each, over a change of the gateway', async () => {
  await using watcher = await openAuditedClient(one.port);
  await post(1, 'call.new', 'call.waiting');
  const callId = `call ${calls}`;
  using events = watcher.client.watchCall(callId);
  const types = (): unknown[] => events.get().map(({ event }) => event['type']);
  const shows = (...wanted: string[]): Promise<true> =>
    until(() => JSON.stringify(types()) === JSON.stringify(wanted), {
      timeoutMs: 20_000,
      onTimeout: () => new Error(`It shows ${JSON.stringify(types())} ${watcher.client.status.get().problem ?? ''}`),
    });
  await shows('call.new', 'call.waiting');
  const say = (type: string): Promise<unknown> => sender.post(JSON.stringify({ type, call_id: callId }));
  await say('call.ongoing');
  await shows('call.new', 'call.waiting', 'call.ongoing');
  await moveTo(other, watcher);
  await say('call.finished');
  await shows('call.new', 'call.waiting', 'call.ongoing', 'call.finished');
}, 60_000);
