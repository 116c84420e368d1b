import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { FoundCalls, FoundEvents } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { responseBytesMax } from '@callstream/tables';
import { addLargeEvents, addWaitingCalls, poolOf } from '@callstream/tables/testing';
import { event, isEvent, openDashboard } from '../../testing/dashboard.ts';
import type { MessageOf } from '../../testing/dashboard.ts';
import { WebSocket } from 'ws';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import type { TestClient } from '../../testing/client.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { partBytesMax } from './part-cache.ts';

// The tests that take minutes, with 50,000 calls and 500 events of 1 MB, are in unsent-budget.long.test.ts.
const events = 12;
/** A snapshot of them has about 5 MB, more than the buffers of a socket. */
const calls = 1_000;
const stack = new AsyncDisposableStack();
let tables: TestTables;
/** With a heap of 512 MB. */
let gateway: TestGateway;
/** With a heap of 128 MB, and a budget of 18 MB. */
let small: TestGateway;

beforeAll(async () => {
  tables = stack.use(await startTables());
  await addLargeEvents(tables.db, { callId: 'large', events, bytes: 1_000_000 });
  await addWaitingCalls(tables.db, { calls, agents: 8, domain: `${'x'.repeat(480)}.example.com` });
  const start = async (flags: string) => {
    const started = stack.use(await startGateway({ ...tables.env, NODE_OPTIONS: flags }));
    await started.ready();
    return started;
  };
  [gateway, small] = await Promise.all([
    start('--max-old-space-size=512'),
    start('--max-old-space-size=128 --max-semi-space-size=4'),
  ]);
});
afterAll(() => stack.disposeAsync());

const url = ({ port }: TestGateway, path: string) => `http://127.0.0.1:${port}/api/calls${path}`;
const readPage = async (query = '') => {
  const text = await (await fetch(url(gateway, `/large/events${query}`))).text();
  expect(Buffer.byteLength(text)).toBeLessThan(responseBytesMax + 10_000);
  return FoundEvents.parse(JSON.parse(text));
};
/** The gateway answers, and is within its budget. */
async function expectHealthy(target: TestGateway): Promise<void> {
  expect(FoundCalls.parse(await (await fetch(url(target, '?limit=1'))).json()).calls).toHaveLength(1);
  expect(await target.metric('unsent_bytes')).toBeLessThanOrEqual(await target.metric('unsent_max_bytes'));
  using client = await connect(target.port);
  client.send({ event: 'ListCalls', data: { params: { limit: 1 } }, id: 'healthy' });
  expect(await client.next((frame) => 'id' in frame && frame.id === 'healthy')).toMatchObject({
    status: 'Ok',
    more: true,
  });
}
const close = (clients: readonly TestClient[]) => clients.forEach((client) => client[Symbol.dispose]());

describe('a call with more events than an answer may have', () => {
  it('is sent in pages to ten sockets and ten HTTP requests at once, and each page says that there is more', async () => {
    const before = await gateway.memoryMb();
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect(gateway.port)));
    const pages = Array.from({ length: 10 }, () => readPage());
    for (const { send } of clients) {
      send({ event: 'ListCallEvents', data: { call_id: 'large' } });
      send({ event: 'WatchCall', data: { call_id: 'large' } });
    }
    for (const { next } of clients) {
      expect(await next(isEvent('ListCallEvents'))).toMatchObject({ status: 'Ok', more: true });
      expect(await next(isEvent('CallEvents'))).toMatchObject({ status: 'Ok', data: { call_id: 'large', more: true } });
    }
    for (const page of await Promise.all(pages))
      expect(page).toMatchObject({ events: [{}, {}], next: (events - 2) * 4096 });
    expect((await gateway.memoryMb()) - before).toBeLessThan(250);
    close(clients);
    await expectHealthy(gateway);
  });

  it('can be read completely page by page, over HTTP and over the socket', async () => {
    const ids: number[] = [];
    for (let next: number | null = null; ids.length < events;) {
      const page = await readPage(next === null ? '' : `?before=${next}`);
      ids.unshift(...page.events.map(({ id }) => id));
      next = page.next;
      expect(next === null).toBe(ids.length === events);
    }
    expect(ids).toEqual(Array.from({ length: events }, (_, i) => i * 4096));
    using client = await connect(gateway.port);
    client.send({ event: 'ListCallEvents', data: { call_id: 'large', before: 3 * 4096 } });
    const older = (await client.next(isEvent('ListCallEvents'))) as MessageOf<'ListCallEvents'>;
    expect([(older.data as { id: number }[]).map(({ id }) => id), older.more]).toEqual([[4096, 2 * 4096], true]);
    client.send({ event: 'ListCallEvents', data: { call_id: 'large', before: 2 * 4096 } });
    expect(await client.next((frame) => frame.event === 'ListCallEvents' && frame !== older)).not.toHaveProperty(
      'more',
    );
  });
});

describe('sockets that do not read', () => {
  const closes = () => small.metric('closes_total{cause="slow"}');

  it('are closed as slow when their different subscriptions exceed the budget', async () => {
    const before = await small.memoryMb();
    const queues = Array.from({ length: 20 }, (_, i) => String(900 + i));
    using sockets = new DisposableStack();
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const socket = new WebSocket(`ws://127.0.0.1:${small.port}/`);
        sockets.defer(() => socket.terminate());
        await once(socket, 'open');
        socket.pause();
        socket.send(JSON.stringify({ event: 'Subscribe', data: { queues: [...queues, `of ${i}`] } }));
      }),
    );
    await until(async () => (await closes()) > 20, {
      onTimeout: () => new Error('No socket is closed.'),
    });
    // Without the budget, the outbox of each would close it some seconds later. The log comes through a pipe, so that its line
    // may be read after the metric; a longer wait would accept a budget that sheds only after the outboxes did.
    await until(() => small.hasLogged('unsent.shed'), {
      timeoutMs: 1_000,
      onTimeout: () => new Error('The sockets were closed, but not by the budget.'),
    });
    sockets.dispose();
    expect((await small.memoryMb()) - before).toBeLessThan(250);
    await expectHealthy(small);
  });

  it('get all parts once they read again, with the calls as they are by then', async () => {
    using slow = await openDashboard(small.port, { subscribe: { states: ['WAITING'] } });
    slow.client.socket.pause();
    await until(async () => (await small.metric('subscriptions')) === 1, {
      onTimeout: () => new Error('There is no subscription.'),
    });
    const finished = Array.from({ length: 50 }, (_, i) => `waits.${i * 20}`);
    await tables.append([
      ...finished.map((id) => event('call.finished', id)),
      event('call.waiting', 'new', { queue: '900' }),
    ]);
    using quick = await openDashboard(small.port, { subscribe: { states: ['FINISHED'] } });
    await until(() => quick.calls.size === finished.length, {
      onTimeout: () => new Error('The calls do not finish.'),
    });
    slow.client.socket.resume();
    const left = new Set(finished);
    const wanted = Array.from({ length: calls }, (_, i) => `waits.${i}`).filter((id) => !left.has(id));
    await until(() => slow.calls.size === wanted.length + 1 && slow.calls.has('new'), {
      onTimeout: () => new Error(`${slow.calls.size} calls`),
    });
    for (const id of wanted) expect(slow.calls.has(id)).toBe(true);
    const parts = slow.client.frames.filter(isEvent('Snapshot')) as MessageOf<'Snapshot'>[];
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.map(({ data }) => [data.part, data.parts])).toEqual(parts.map((_, i) => [i + 1, parts.length]));
    for (const part of parts) expect(JSON.stringify(part).length).toBeLessThan(partBytesMax + 6_000);
  });
});

it('HTTP responses that nobody reads count in the budget too', async () => {
  const before = await small.memoryMb();
  const sockets = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const socket = connectTcp(small.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.pause();
      const ids = Array.from({ length: 6 }, (__, j) => (1 + i * 6 + j) * 4096);
      socket.write(ids.map((id) => `GET /api/calls/large/events?before=${id} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
      return socket;
    }),
  );
  const unsentBytes = () => small.metric('unsent_bytes');
  await until(async () => sockets.some(({ destroyed }) => destroyed) || (await unsentBytes()) > 15e6, {
    onTimeout: () => new Error('Nothing is unsent.'),
  });
  await expectHealthy(small);
  expect((await small.memoryMb()) - before).toBeLessThan(150);
  sockets.forEach((socket) => socket.destroy());
});

it('nothing is held for clients that disconnect before they are answered', async () => {
  const isRunning = async () => {
    const { rows } = await poolOf(tables.db).query(`select from pg_stat_activity
      where application_name = 'callstream-gateway' and state = 'active' and datname = current_database()`);
    return rows.length > 0;
  };
  const lock = await poolOf(tables.db).connect();
  await lock.query('begin; lock table events');
  const aborting = new AbortController();
  const requests = Array.from({ length: 5 }, (_, i) =>
    fetch(url(small, `/large/events?before=${20 - i}`), { signal: aborting.signal }).catch(() => undefined),
  );
  const clients = await Promise.all(Array.from({ length: 5 }, () => connect(small.port)));
  for (const { send } of clients) send({ event: 'ListCallEvents', data: { call_id: 'large' } });
  await until(isRunning, { onTimeout: () => new Error('No query runs.') });
  aborting.abort();
  close(clients);
  await Promise.all(requests);
  await until(async () => (await small.metric('sockets')) === 0, {
    onTimeout: () => new Error('The sockets are still open.'),
  });
  await lock.query('rollback');
  lock.release();
  await until(async () => !(await isRunning()), {
    onTimeout: () => new Error('The queries still run.'),
  });
  await expectHealthy(small);
  await until(async () => (await small.metric('unsent_bytes')) === 0, {
    onTimeout: () => new Error('Something is still held.'),
  });
});
