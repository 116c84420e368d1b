import { once } from 'node:events';
import { jest } from '@jest/globals';
import { FoundCalls, FoundEvents } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { addLargeEvents, addWaitingCalls } from '@callstream/tables/testing';
import { WebSocket } from 'ws';
import { event, isEvent, openDashboard } from '../../testing/dashboard.ts';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';

jest.setTimeout(900_000);

const calls = 50_000;
/** Most memory of the process with a heap of 512 MB and 50,000 calls on the board, in MB. */
const memoryMbMax = 700;
const stack = new AsyncDisposableStack();
let tables: TestTables;
let gateway: TestGateway;

beforeAll(async () => {
  tables = stack.use(await startTables());
  await addLargeEvents(tables.db, { callId: 'large', events: 500, bytes: 1_000_000 });
  await addWaitingCalls(tables.db, { calls, agents: 1 });
  gateway = stack.use(await startGateway({ ...tables.env, NODE_OPTIONS: '--max-old-space-size=512' }));
  await gateway.ready();
});
afterAll(() => stack.disposeAsync());

async function expectHealthy(): Promise<void> {
  expect(gateway.isUp()).toBe(true);
  const answer = await fetch(`http://127.0.0.1:${gateway.port}/api/calls?limit=1`);
  expect(FoundCalls.parse(await answer.json()).calls).toHaveLength(1);
  expect(await gateway.metric('unsent_bytes')).toBeLessThanOrEqual(await gateway.metric('unsent_max_bytes'));
  const memoryMb = await gateway.memoryMb();
  process.stdout.write(`  peak memory so far: ${memoryMb.toFixed(0)} MB\n`);
  expect(memoryMb).toBeLessThan(memoryMbMax);
}

/** Opens a socket that sends these messages and does not read. */
async function openUnread(...messages: readonly object[]): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/`);
  await once(socket, 'open');
  socket.pause();
  for (const message of messages) socket.send(JSON.stringify(message));
  return socket;
}

it('500 events of 1 MB are sent in pages to 20 sockets and 20 HTTP requests at once', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(gateway.port)));
  const url = `http://127.0.0.1:${gateway.port}/api/calls/large/events`;
  const pages = Array.from({ length: 20 }, async () => FoundEvents.parse(await (await fetch(url)).json()));
  for (const { send } of clients) {
    send({ event: 'ListCallEvents', data: { call_id: 'large' } });
    send({ event: 'WatchCall', data: { call_id: 'large' } });
  }
  for (const { next } of clients) {
    expect(await next(isEvent('ListCallEvents'))).toMatchObject({ status: 'Ok', more: true });
    expect(await next(isEvent('CallEvents'))).toMatchObject({ status: 'Ok', data: { more: true } });
  }
  for (const page of await Promise.all(pages)) expect(page.next).toBe(498 * 4096);
  clients.forEach((client) => client[Symbol.dispose]());
  await expectHealthy();
});

it('another client gets all calls while 100 sockets that do not read have different subscriptions', async () => {
  const queues = Array.from({ length: 20 }, (_, i) => String(900 + i));
  const unread = await Promise.all(
    Array.from({ length: 100 }, (_, i) => openUnread({ event: 'Subscribe', data: { queues: [...queues, `of ${i}`] } })),
  );
  const closed = () => gateway.metric('closes_total{cause="slow"}');
  await until(async () => (await gateway.metric('subscriptions')) + (await closed()) >= 100, {
    timeoutMs: 300_000,
    onTimeout: () => new Error('Not all sockets are subscribed or closed.'),
  });
  using dashboard = await openDashboard(gateway.port, { subscribe: { queues } });
  await until(() => dashboard.calls.size === calls, {
    timeoutMs: 300_000,
    onTimeout: () => new Error(`${dashboard.calls.size} of ${calls}`),
  });
  await expectHealthy();
  unread.forEach((socket) => socket.terminate());
});

it('another client is served while 30 sockets that do not read watch 20 calls with events of 1 MB', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `watched ${i}`);
  const unread = await Promise.all(
    Array.from({ length: 30 }, () => openUnread(...ids.map((call_id) => ({ event: 'WatchCall', data: { call_id } })))),
  );
  for (let round = 0; round < 5; round++)
    for (const id of ids) await tables.append([event('call.data-provided', id, { data: 'x'.repeat(900_000), round })]);
  using client = await connect(gateway.port);
  await tables.project();
  client.send({ event: 'WatchCall', data: { call_id: ids[0] } });
  expect(await client.next(isEvent('CallEvents'))).toMatchObject({ data: { more: true } });
  await expectHealthy();
  unread.forEach((socket) => socket.terminate());
});
