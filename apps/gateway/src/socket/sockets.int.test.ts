import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { ListedCall } from '@callstream/contracts';
import type { ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { WebSocket } from 'ws';
import { poolOf } from '@callstream/tables/testing';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import type { TestClient } from '../../testing/client.ts';
import { openOldDashboard } from '../../testing/old-dashboard.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';

// Other tests may run at the same time, and a process takes a while to start.
let tables: TestTables;
let gateway: TestGateway;

const at = '2026-03-02T13:00:00Z';
const parties = { direction: 'inbound', our_number: '1100', their_number: '2200', timestamp: at };
const isNew = (call_id: string) => ({ type: 'call.new', call_id, ...parties });
const waits = (call_id: string) => ({ type: 'call.waiting', call_id, queue: '900', ...parties });

const is = (event: ServerMessage['event']) => (message: ServerMessage) => message.event === event;
const answers = (id: string | number) => (message: ServerMessage) => 'id' in message && message.id === id;
const ask = async (client: TestClient, message: { event: string; data: object }) => {
  const id = `t${Math.random()}`;
  client.send({ ...message, id });
  return client.next(answers(id));
};

beforeAll(async () => {
  tables = await startTables();
  await tables.add([isNew('a'), waits('b')]);
  gateway = await startGateway(tables.env);
  await gateway.ready();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

describe('an old dashboard', () => {
  it('on a page of another port lists calls on open and on each DataChanged, and lists the events of a call', async () => {
    const options = { headers: { origin: 'http://localhost:5173' } };
    using page = await openOldDashboard(gateway.port, '/any/path', options);
    await page.shows({ NEW: ['a'], WAITING: ['b'] });
    expect(page.client.frames[0]).toEqual({ event: 'Welcome', data: 'Welcome', status: 'Ok' });

    await tables.add([isNew('c'), waits('c')]);
    await page.shows({ NEW: ['a'], WAITING: ['b', 'c'] });
    page.client.send({ event: 'ListCallEvents', data: { call_id: 'c' } });
    expect(await page.client.next(is('ListCallEvents'))).toMatchObject({
      status: 'Ok',
      data: [
        { aggregate_id: 'c', event: isNew('c'), deliveries: 1, topic: tables.topic },
        { aggregate_id: 'c', event: waits('c') },
      ],
    });
  });

  it('gets a list again without a commit, as soon as Postgres answers, after one that failed', async () => {
    await poolOf(tables.db).query('alter table projection.calls rename to calls_away');
    using page = await openOldDashboard(gateway.port);
    expect(await page.client.next(is('ListCalls'))).toMatchObject({ status: 'Failed', data: [] });
    await page.shows({});
    await poolOf(tables.db).query('alter table projection.calls_away rename to calls');
    await page.shows({ NEW: ['a'], WAITING: ['b', 'c'] });
  });
});

describe('a request', () => {
  it('is answered with its id and by its parameters', async () => {
    using client = await connect(gateway.port);
    const answer = await ask(client, { event: 'ListCalls', data: { params: { aggregate_id: 'b', state: 'WAITING' } } });
    expect(answer).toMatchObject({ event: 'ListCalls', status: 'Ok', data: [{ aggregate_id: 'b', queue: '900' }] });
  });

  it.each([{}, { params: null }, { params: {} }])('lists all calls without params: %j', async (data) => {
    using client = await connect(gateway.port);
    // Oldest first; of those that were received at the same time, the one with the lower id: b, in partition 0.
    const calls = [{ aggregate_id: 'b' }, { aggregate_id: 'a' }, { aggregate_id: 'c' }];
    expect(await ask(client, { event: 'ListCalls', data })).toMatchObject({ status: 'Ok', data: calls });
  });

  it('lists the call whose id is in params', async () => {
    using client = await connect(gateway.port);
    const { data } = (await ask(client, { event: 'ListCalls', data: {} })) as { data: ListedCall[] };
    const [, call] = data;
    const answer = await ask(client, { event: 'ListCalls', data: { params: { id: call?.id } } });
    expect(answer).toMatchObject({ status: 'Ok', data: [call] });
  });

  it('for the events of an unknown call gets an empty list', async () => {
    using client = await connect(gateway.port);
    expect(await ask(client, { event: 'ListCallEvents', data: { call_id: 'nobody' } })).toMatchObject({ data: [] });
    expect(await ask(client, { event: 'ListCallEvents', data: { call_id: '\0\uD800' } })).toMatchObject({ data: [] });
  });

  it.each([
    ['limit of 1e9', { limit: 1e9 }],
    ['unknown state', { state: "'; drop table calls; --" }],
    ['unknown parameter', { colour: 'red' }],
  ])('with invalid parameters fails, and the socket stays open: %s', async (_what, params) => {
    using client = await connect(gateway.port);
    const failed = { event: 'ListCalls', status: 'Failed', data: [], error: expect.any(String) as string };
    expect(await ask(client, { event: 'ListCalls', data: { params } })).toMatchObject(failed);
    expect(await ask(client, { event: 'ListCalls', data: {} })).toMatchObject({ status: 'Ok' });
  });

  it.each([
    ['SQL as a state', { states: ["WAITING'; drop table calls; --"] }],
    ['1,000 queues', { queues: Array.from({ length: 1_000 }, (_, i) => String(i)) }],
    ['a cursor of 5,000 characters', { cursor: 'x'.repeat(5_000) }],
  ])('to subscribe with invalid parameters fails with a message: %s', async (_what, data) => {
    using client = await connect(gateway.port);
    const failed = { event: 'Subscribe', status: 'Failed', data: { success: false } };
    expect(await ask(client, { event: 'Subscribe', data })).toMatchObject(failed);
    expect(await ask(client, { event: 'ListCalls', data: {} })).toMatchObject({ status: 'Ok' });
  });

  it('with an unknown event is answered with InvalidEvent', async () => {
    using client = await connect(gateway.port);
    for (const event of ['Dance', '__proto__', 'constructor'])
      expect(await ask(client, { event, data: {} })).toMatchObject({ event: 'InvalidEvent', status: 'Failed' });
  });

  it.each(['hello', '[]', 'null', '{"event":"ListCalls"}', '{"event":1,"data":{}}', '{"event":"x","data":[]}'])(
    'that is not a message is answered with InvalidMessage: %s',
    async (text) => {
      using client = await connect(gateway.port);
      client.send(text);
      expect(await client.next(is('InvalidMessage'))).toMatchObject({ status: 'Failed', data: { success: false } });
      expect(await ask(client, { event: 'ListCalls', data: {} })).toMatchObject({ status: 'Ok' });
    },
  );

  it('that is nested 32,000 levels deep does not end the gateway', async () => {
    using client = await connect(gateway.port);
    client.send(`{"event":"ListCalls","data":{"deep":${'['.repeat(32_000)}${']'.repeat(32_000)}}}`);
    expect(await client.next(is('ListCalls'))).toMatchObject({ status: 'Ok' });
    expect(gateway.isUp()).toBe(true);
  });
});

describe('a socket is closed', () => {
  const closedAfter = async (act: (client: TestClient) => void): Promise<number> => {
    using client = await connect(gateway.port);
    act(client);
    return await client.closed;
  };
  it('after a binary frame', async () => {
    expect(await closedAfter(({ socket }) => socket.send(Buffer.from('{}')))).toBe(4503);
  });
  it('after a message of more than 64 KiB', async () => {
    expect(await closedAfter(({ send }) => send('x'.repeat(65_537)))).toBe(1009);
  });
  it('after a flood of messages, or of pings', async () => {
    expect(await closedAfter(({ send }) => Array.from({ length: 400 }, () => send('{}')))).toBe(4529);
    expect(await closedAfter(({ socket }) => Array.from({ length: 400 }, () => socket.ping()))).toBe(1006);
  });
  it('after text that is not UTF-8', async () => {
    expect(await closedAfter(({ socket }) => socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false }))).toBe(
      1007,
    );
  });
  it('after more than 64 fragments', async () => {
    const code = await closedAfter(({ socket }) => {
      for (let i = 0; i < 100; i++) socket.send('1', { fin: false });
    });
    expect(code).toBe(1008);
  });
  it('long before the last of 131,000 fragments of one byte', async () => {
    const first = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x31]);
    const next = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x31]);
    const frames = Buffer.concat([first, ...Array<Buffer>(130_999).fill(next)]);
    // A client that is still writing when the socket is closed may not receive the close code.
    expect([1006, 1008]).toContain(
      await closedAfter(({ socket }) => (Reflect.get(socket, '_socket') as Socket).write(frames)),
    );
    expect(gateway.isUp()).toBe(true);
  });
});

it('a page of a foreign origin and a socket beyond the limit of its address are refused, and compression is not accepted', async () => {
  const foreign = new WebSocket(`ws://127.0.0.1:${gateway.port}/`, { origin: 'https://evil.example' });
  const [error] = (await once(foreign, 'error')) as [Error];
  expect(error.message).toContain('403');

  await using small = await startGateway({ ...tables.env, GATEWAY_SOCKETS_PER_ADDRESS_MAX: '1' });
  using first = await connect(small.port);
  using second = await connect(small.port);
  expect(await second.closed).toBe(4029);
  expect(first.socket.extensions).toBe('');
  expect(first.socket.readyState).toBe(WebSocket.OPEN);
});

it('sockets of one address count together however a proxy writes it; of IPv6, those of a network of 64 bits', async () => {
  const settings = { GATEWAY_TRUSTED_PROXIES: '127.0.0.1', GATEWAY_SOCKETS_PER_ADDRESS_MAX: '1' };
  await using behind = await startGateway({ ...tables.env, ...settings });
  const from = (headers: Record<string, string>) => connect(behind.port, '/', { headers });
  const forwardedFor = (address: string) => from({ 'x-forwarded-for': address });
  for (const [first, second] of [
    ['203.0.113.7:51008', '203.0.113.7:51009'],
    ['203.0.113.8', '::ffff:203.0.113.8'],
    ['2001:db8::1', '[2001:DB8:0:0:8::2]:443'],
    ['unknown', '_hidden'],
  ] as const) {
    using accepted = await forwardedFor(first);
    using refused = await forwardedFor(second);
    expect(await refused.closed).toBe(4029);
    expect(accepted.socket.readyState).toBe(WebSocket.OPEN);
  }
  using first = await from({ forwarded: 'for="[2001:db8:0:1::1]:443"' });
  using second = await from({ forwarded: 'for="[2001:db8:0:2::1]:443"' });
  await Promise.all([first, second].map((client) => client.next(is('Welcome'))));
  const unreadable = () => behind.metric('unreadable_addresses_total{header="x-forwarded-for"}');
  expect(await unreadable()).toBe(2);
  await fetch(`http://127.0.0.1:${behind.port}/api/calls`, { headers: { 'x-forwarded-for': 'unknown' } });
  expect(await unreadable()).toBe(3);
});

describe('DataChanged', () => {
  const lastPollAt = async () => {
    const { rows } = await poolOf(tables.db).query<{ query_start: string }>(`select max(query_start) as query_start
      from pg_stat_activity where application_name = 'callstream-watch' and datname = current_database()`);
    return rows[0]?.query_start;
  };
  /** Resolves when the gateway has polled the positions once more. */
  const nextPoll = async () => {
    const before = await lastPollAt();
    await until(async () => (await lastPollAt()) !== before, {
      onTimeout: () => new Error('The gateway did not poll the positions.'),
    });
  };

  it('comes once for a commit with a notification, though the positions are polled as well', async () => {
    using client = await connect(gateway.port);
    await tables.add([isNew('d')]);
    await client.next(is('DataChanged'));
    for (const _poll of ['first', 'second']) await nextPoll();
    expect(client.frames.filter(is('DataChanged'))).toHaveLength(1);
  });

  it('comes for a commit whose notification was lost', async () => {
    using client = await connect(gateway.port);
    await tables.add([isNew('e')], false);
    await client.next(is('DataChanged'));
  });

  it('comes after the listening connection was lost and restored', async () => {
    using client = await connect(gateway.port);
    await poolOf(tables.db).query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'callstream-watch' and datname = current_database()`);
    await client.next(is('DataChanged'));
  });

  it('needs no open transaction', async () => {
    const { rows } = await poolOf(tables.db).query(`select from pg_stat_activity
      where application_name like 'callstream%' and state like 'idle in transaction%' and datname = current_database()`);
    expect(rows).toHaveLength(0);
  });
});

it('fifty dashboards that list calls at once share a few queries', async () => {
  const queries = async () => {
    const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
    return Number(/query_seconds_count\{query="list-calls"\} (\d+)/.exec(metrics)?.[1]);
  };
  const clients = await Promise.all(Array.from({ length: 50 }, () => connect(gateway.port)));
  const before = await queries();
  await Promise.all(clients.map((client) => ask(client, { event: 'ListCalls', data: {} })));
  expect((await queries()) - before).toBeLessThan(25);
  clients.forEach((client) => client[Symbol.dispose]());
});

it('a list has the live calls, then the finished ones, and stale ones only after these, though they alone are more than a list has', async () => {
  const stale = Array.from({ length: 1_100 }, (_, i) => waits(`stale ${i}`));
  await tables.append(stale, { receivedAt: Date.now() - 3 * 3_600_000 });
  const now = (event: object) => ({ ...event, timestamp: undefined });
  await tables.add(
    [isNew('ended'), { type: 'call.finished', call_id: 'ended' }, isNew('goes on'), waits('waits')].map(now),
  );
  using client = await connect(gateway.port);
  const answer = await ask(client, { event: 'ListCalls', data: {} });
  const ids = (answer as { data: ListedCall[] }).data.map(({ aggregate_id }) => aggregate_id);
  expect([ids.slice(0, 2).toSorted(), ids[2], ids.length]).toEqual([['goes on', 'waits'], 'ended', 1_000]);
});

describe('a client that does not read', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => `slow-${i}`);
  beforeAll(() => tables.add(ids.map(isNew)));

  it('gets the newest list once it reads again', async () => {
    using client = await connect(gateway.port);
    await ask(client, { event: 'ListCalls', data: {} });
    client.socket.pause();
    // More than the buffers of the operating system take, within the burst of 200.
    for (let i = 0; i < 190; i++) client.send(`{"event":"ListCalls","data":{},"id":${i % 3}}`);
    await tables.add([isNew('last')]);
    client.socket.resume();
    await until(
      async () => {
        const { data } = (await ask(client, { event: 'ListCalls', data: { params: { aggregate_id: 'last' } } })) as {
          data: unknown[];
        };
        return data.length === 1;
      },
      { onTimeout: () => new Error('The newest list did not come.') },
    );
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('and sends ever more requests is closed as slow', async () => {
    using client = await connect(gateway.port);
    client.socket.pause();
    for (let i = 0; i < 190; i++) client.send(`{"event":"ListCalls","data":{},"id":${i}}`);
    await until(
      async () => /closes_total\{cause="slow"\} 1/.test(await (await fetch(`${gateway.admin}/metrics`)).text()),
      { onTimeout: () => new Error('The socket was not closed.') },
    );
    client.socket.resume();
    expect(await client.closed).toBe(4008);
  });
});

describe('while Postgres is not available', () => {
  it('a request fails with a message, the socket stays open, the gateway is not ready, and an old dashboard shows calls afterwards', async () => {
    await using ownTables = await startTables();
    await using alone = await startGateway(ownTables.env);
    await alone.ready();
    using client = await connect(alone.port);
    await ownTables.add([isNew('a')]);
    const ready = async () => (await fetch(`${alone.admin}/readyz`)).status;
    await until(async () => (await ready()) === 200, {
      onTimeout: () => new Error('The gateway did not become ready.'),
    });
    const name = new URL(ownTables.url).pathname.slice(1);
    await poolOf(tables.db).query(`alter database ${name} allow_connections false`);
    await poolOf(tables.db).query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    expect(await ask(client, { event: 'ListCalls', data: {} })).toMatchObject({
      event: 'ListCalls',
      status: 'Failed',
      error: expect.stringContaining('Postgres') as string,
    });
    using page = await openOldDashboard(alone.port);
    await page.client.next(is('ListCalls'));
    await until(async () => (await ready()) === 503, {
      onTimeout: () => new Error('The gateway is still ready.'),
    });
    await poolOf(tables.db).query(`alter database ${name} allow_connections true`);
    await client.next(is('DataChanged'));
    expect(await ask(client, { event: 'ListCalls', data: {} })).toMatchObject({ status: 'Ok' });
    await page.shows({ NEW: ['a'] });
  });
});

it('a plain HTTP request to the address of the socket gets 426 and the WebSocket URL', async () => {
  const response = await fetch(`http://127.0.0.1:${gateway.port}/socket`);
  expect(response.status).toBe(426);
  expect(await response.text()).toContain('ws://127.0.0.1');
});

it('the gateway exits with 0 and tells clients to reconnect, also if one of them is stuck', async () => {
  const ending = await startGateway(tables.env);
  using client = await connect(ending.port);
  const stuck = connectTcp(ending.port, '127.0.0.1');
  stuck.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(stuck, 'data');
  const stopped = ending.stop();
  expect(await client.closed).toBe(4000);
  expect(await stopped).toBe(0);
  stuck.destroy();
});

describe('connections without a request', () => {
  const open = async (port: number): Promise<Socket> => {
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const statusOf = async (url: string): Promise<number> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status;
  };

  it('more than the process may have files leave the admin port open, and the API within 15 s', async () => {
    await using limited = await startGateway(tables.env, { openFilesMax: 512 });
    await limited.ready();
    const adminPort = Number(new URL(limited.admin).port);
    const idle = await Promise.all([
      ...Array.from({ length: 700 }, () => open(limited.port)),
      ...Array.from({ length: 50 }, () => open(adminPort)),
    ]);
    await until(async () => (await limited.metric('dropped_connections_total')) >= 380, {
      onTimeout: () => new Error('No connection was dropped.'),
    });
    expect(await statusOf(`${limited.admin}/readyz`)).toBe(200);
    await until(
      () =>
        statusOf(`http://127.0.0.1:${limited.port}/api/calls`).then(
          (status) => status === 200,
          () => false,
        ),
      {
        everyMs: 500,
        onTimeout: () => new Error('Idle connections keep the API closed.'),
      },
    );
    for (const socket of idle) socket.destroy();
    expect(limited.logged('connections.limited')).toMatchObject([{ connections: 320, wanted: 22_000 }]);
  });

  it('with headers over 16 KiB get 431, which is in the log, because a token may be the cause', async () => {
    const socket = await open(gateway.port);
    const received = socket.toArray();
    socket.write(`GET /api/calls HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${'x'.repeat(20_000)}\r\n\r\n`);
    const answer = Buffer.concat((await received) as Buffer[]).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*application\/problem\+json.*urn:callstream:problem:head-too-large/s);
    await until(() => gateway.logged('request.refused').some(({ reason }) => reason === 'head-too-large'), {
      onTimeout: () => new Error('Not logged.'),
    });
  });
});
