import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerMessage } from '@callstream/contracts';
import { until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { connect } from '../../testing/client.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import type { TestClient } from '../../testing/client.ts';
import { fillWithCalls } from '../../testing/many-calls.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { queryLimits } from './limits.ts';

let tables: TestTables;
let gateway: TestGateway;
beforeAll(async () => {
  tables = await startTables();
  await fillWithCalls(tables.db, { calls: 500, queues: 40, agents: 200 });
  gateway = await startGateway({
    ...tables.env,
    GATEWAY_TRUSTED_PROXIES: '127.0.0.1',
    NODE_OPTIONS: '--max-old-space-size=512',
  });
  await gateway.ready();
});
afterEach(async () => {
  expect(gateway.isUp()).toBe(true);
  expect((await get('/api/calls?call_id=many.7', { from: 'good' })).status).toBe(200);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await tables[Symbol.asyncDispose]();
});

const withinTimeout = (problem: string) => ({ everyMs: 20, onTimeout: () => new Error(problem) });
const addresses = { good: '192.0.2.1', hostile: '198.51.100.1' } as const;
type ClientAddress = keyof typeof addresses;
const get = (path: string, { from }: { from: ClientAddress }): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers: { 'x-forwarded-for': addresses[from] } });
const open = (from: ClientAddress): Promise<TestClient> =>
  connect(gateway.port, '/', { headers: { 'x-forwarded-for': addresses[from] } });

const answersOf = (client: TestClient): ServerMessage[] => client.frames.filter((frame) => 'id' in frame);
const notServed = (reason: string): Promise<number> => gateway.metric(`not_served_total{reason="${reason}"}`);

/** Number of clients' queries that run in Postgres. */
async function running(): Promise<number> {
  const { rows } = await poolOf(tables.db).query<{ count: number }>(`select count(*)::int as count from pg_stat_activity
    where application_name = 'callstream-gateway' and state = 'active' and datname = current_database()`);
  return rows[0]?.count ?? 0;
}
const runs = (count: number): Promise<true> =>
  until(async () => (await running()) === count || undefined, withinTimeout(`not ${count} queries`)).then(() => true);

/** Makes every query of calls wait in Postgres, until released. */
async function stallCalls() {
  const client = await poolOf(tables.db).connect();
  await client.query('begin; lock table calls in access exclusive mode');
  let isReleased = false;
  const release = async (): Promise<void> => {
    if (isReleased) return;
    isReleased = true;
    await client.query('rollback');
    client.release();
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** Lets the queries that wait for calls now finish, and stalls later ones: Postgres grants locks in the order of the requests. */
async function releaseStalled(stalled: StalledCalls): Promise<StalledCalls> {
  const next = stallCalls();
  const isRequested = async (): Promise<boolean> => {
    const { rowCount } = await poolOf(tables.db).query(
      `select from pg_locks where relation = 'calls'::regclass and mode = 'AccessExclusiveLock' and not granted`,
    );
    return rowCount === 1;
  };
  await until(isRequested, withinTimeout('The lock is not requested.'));
  await stalled.release();
  return next;
}
type StalledCalls = Awaited<ReturnType<typeof stallCalls>>;

/** How many of 400 lists must wait: on a slow machine, Postgres cancels some after 5 s. */
const waitingMin = 350;
const untilMostWait = () =>
  until(
    async () => (await gateway.metric('waiting_queries')) > waitingMin,
    withinTimeout('The lists do not wait for their turn.'),
  );

/** Requests `count` different lists. */
const list = (client: TestClient, count: number, from = 0): void => {
  for (let id = from; id < from + count; id++)
    client.send({ event: 'ListCalls', data: { params: { before: (id + 1) * 4_096, limit: 1 } }, id });
};

/** A connection over which requests were sent without waiting for responses. */
function pipelined(count: number): Socket {
  const path = (i: number): string => `/api/calls?limit=1&before=${i}`;
  const requests = Array.from({ length: count }, (_, i) => {
    const last = i === count - 1 ? 'connection: close\r\n' : '';
    return `GET ${path(i)} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${addresses.hostile}\r\n${last}\r\n`;
  });
  const socket = connectTcp(gateway.port, '127.0.0.1');
  socket.write(requests.join(''));
  return socket;
}

describe('while four sockets of one address request hundreds of different lists', () => {
  it('few of their queries run in Postgres, and another address is served at once', async () => {
    const hostile = await Promise.all(Array.from({ length: 4 }, () => open('hostile')));
    await using stalled = await stallCalls();
    for (const client of hostile) list(client, 100);
    await runs(queryLimits.runningPerAddress);
    await untilMostWait();
    const good = get('/api/calls?limit=1', { from: 'good' });
    await runs(queryLimits.runningPerAddress + 1);
    await stalled.release();
    expect((await good).status).toBe(200);
    for (const client of hostile) client[Symbol.dispose]();
  });

  it('another socket of their address waits for one turn of each of them, not for all their requests', async () => {
    const hostile = await Promise.all(Array.from({ length: 4 }, () => open('hostile')));
    using good = await open('hostile');
    await using stalls = new AsyncDisposableStack();
    let stalled = stalls.use(await stallCalls());
    for (const client of hostile) list(client, 100);
    await runs(queryLimits.runningPerAddress);
    await untilMostWait();
    list(good, 1);
    /** Frames keep their order: what was sent before the ping has arrived, in both directions. */
    const roundTrip = async (): Promise<void> => {
      good.socket.ping();
      await once(good.socket, 'pong');
    };
    await roundTrip();
    let rounds = 0;
    while (answersOf(good).length === 0) {
      stalled = stalls.use(await releaseStalled(stalled));
      rounds++;
      await runs(queryLimits.runningPerAddress);
      await roundTrip();
      expect(rounds).toBeLessThan(10);
    }
    // The queries that run already, and one of each connection.
    expect(rounds).toBeLessThanOrEqual(Math.ceil((queryLimits.runningPerAddress + 5) / queryLimits.runningPerAddress));
    for (const client of hostile) client[Symbol.dispose]();
  });

  it('requests that still wait when they disconnect never reach Postgres', async () => {
    const lists = async (): Promise<number> =>
      Number(
        /query_seconds_count\{query="list-calls"\} (\d+)/.exec(
          await (await fetch(`${gateway.admin}/metrics`)).text(),
        )?.[1] ?? 0,
      );
    const hostile = await Promise.all(Array.from({ length: 4 }, () => open('hostile')));
    await using stalled = await stallCalls();
    for (const client of hostile) list(client, 100);
    const http = pipelined(100);
    await until(
      async () => (await gateway.metric('waiting_queries')) > waitingMin + 90,
      withinTimeout('The requests do not wait.'),
    );
    const sockets = await gateway.metric('sockets');
    for (const client of hostile) client[Symbol.dispose]();
    http.destroy();
    await until(
      async () => (await gateway.metric('sockets')) === sockets - 4,
      withinTimeout('The sockets are still open.'),
    );
    const before = await lists();
    await stalled.release();
    await until(async () => (await gateway.metric('waiting_queries')) === 0, withinTimeout('Requests still wait.'));
    await until(async () => (await running()) === 0, withinTimeout('Queries still run.'));
    expect((await lists()) - before).toBeLessThanOrEqual(queryLimits.runningPerAddress);
    expect(await notServed('gone')).toBeGreaterThan(waitingMin + 90);
  });
});

it('a request that newer ones of its socket replaced fails, and the message says what to do', async () => {
  using client = await open('hostile');
  await using stalled = await stallCalls();
  // The burst of the message rate, and then fewer than fifty a second: 2 run, and 200 wait.
  list(client, 195);
  for (let sent = 195; sent < 215; sent += 5) {
    await pause(150);
    list(client, 5, sent);
  }
  const refused = await client.next((message) => 'status' in message && message.status === 'Failed');
  expect(refused).toMatchObject({
    event: 'ListCalls',
    id: 2,
    data: [],
    error: expect.stringContaining('Wait for answers') as string,
  });
  await stalled.release();
  await client.next((message) => 'id' in message && message.id === 214);
});

it('an address with too many HTTP requests gets 429, and another one is served', async () => {
  await using stalled = await stallCalls();
  const flood = Array.from({ length: 3 }, () => pipelined(180));
  await runs(queryLimits.runningPerAddress);
  await until(async () => (await gateway.metric('waiting_queries')) > 400, withinTimeout('The requests do not wait.'));
  const good = get('/api/calls?limit=1', { from: 'good' });
  await runs(queryLimits.runningPerAddress + 1);
  await stalled.release();
  expect((await good).status).toBe(200);
  const answers = (await Promise.all(flood.map((socket) => readText(socket)))).join('');
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toHaveLength(540);
  expect(statuses.filter((status) => status === '429').length).toBeGreaterThanOrEqual(40);
  expect(statuses.filter((status) => status === '200').length).toBeGreaterThan(400);
  expect(answers).toMatch(/retry-after: 1/i);
  expect(answers).toContain('urn:callstream:problem:too-many');
});

describe('numbers', () => {
  const reads = async (): Promise<number> =>
    Number(
      /query_seconds_count\{query="floor"\} (\d+)/.exec(await (await fetch(`${gateway.admin}/metrics`)).text())?.[1] ??
        0,
    );
  /** Computations of numbers per read of the tables while `ask` was answered; the first may be of the read before. */
  async function computationsPerRead(ask: () => Promise<unknown>): Promise<number> {
    const before = [await gateway.metric('made_numbers_total'), await reads()] as const;
    await ask();
    const computed = (await gateway.metric('made_numbers_total')) - before[0];
    return computed / ((await reads()) - before[1] + 1);
  }
  const last = (client: TestClient, id: number) => client.next((message) => 'id' in message && message.id === id);

  it('of queues are computed once per read of the tables, however often they are requested', async () => {
    using client = await open('hostile');
    const ask = async (): Promise<void> => {
      for (let id = 0; id < 190; id++) client.send({ event: 'WatchQueues', data: {}, id });
      const http = Array.from({ length: 30 }, () => get('/api/queues', { from: 'good' }));
      await Promise.all([last(client, 189), ...http]);
    };
    expect(await computationsPerRead(ask)).toBeLessThanOrEqual(1);
  });

  it('of agents are computed once for all filters that see the same agents', async () => {
    using client = await open('hostile');
    const ask = async (): Promise<void> => {
      for (let id = 0; id < 190; id++)
        client.send({ event: 'WatchAgents', data: { queues: ['q1', `none ${id}`, 'q2'] }, id });
      await last(client, 189);
    };
    expect(await computationsPerRead(ask)).toBeLessThanOrEqual(1);
  });

  it('of agents are sent to another client while a socket requests hundreds of different ones', async () => {
    using hostile = await open('hostile');
    using good = await open('good');
    const pairs = Array.from({ length: 190 }, (_, i) => [`q${i % 40}`, `q${(i * 7) % 40}`, `q${(i * 3) % 40}`]);
    for (const [id, queues] of pairs.entries()) hostile.send({ event: 'WatchAgents', data: { queues }, id });
    good.send({ event: 'WatchAgents', data: { queues: ['q5'] }, id: 1 });
    expect(await last(good, 1)).toMatchObject({ event: 'Agents', status: 'Ok' });
    expect(await last(hostile, 189)).toMatchObject({ event: 'Agents', status: 'Ok' });
  });
});

it('the newest of many Subscribes of a socket is answered', async () => {
  using client = await open('hostile');
  for (let id = 0; id < 190; id++) client.send({ event: 'Subscribe', data: { queues: [`q${id % 40}`, `q${id}`] }, id });
  await client.next((message) => message.event === 'Snapshot' && message.id === 189);
});
