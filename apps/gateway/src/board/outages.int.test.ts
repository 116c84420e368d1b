import { startProxyFor, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import {
  completeProjection,
  connectTables,
  createBareProjection,
  nextSchema,
  tableNames,
  trySwap,
} from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { event, isEvent, openDashboard, waits } from '../../testing/dashboard.ts';
import type { MessageOf } from '../../testing/dashboard.ts';
import { openOldDashboard } from '../../testing/old-dashboard.ts';
import { startGateway } from '../../testing/gateway.ts';
import type { TestGateway } from '../../testing/gateway.ts';
import { startTables } from '../../testing/tables.ts';
import type { TestTables } from '../../testing/tables.ts';
import { readCursor } from './cursor.ts';

let tables: TestTables;
/** Its projection is stalled. That is reported after 15 s, so it starts first, and is tested last. */
let stalled: { tables: TestTables; gateway: TestGateway };
beforeAll(async () => {
  const stalledTables = await startTables();
  stalled = { tables: stalledTables, gateway: await startGateway(stalledTables.env) };
  await stalled.gateway.ready();
  await stalledTables.append([event('call.new', 'waits for a projector')]);
  tables = await startTables();
  await tables.add([waits('a')]);
  const hourAgo = { receivedAt: Date.now() - 3_600_000 };
  await tables.append([event('call.new', 'old'), event('call.finished', 'old')], hourAgo);
  await tables.project();
});
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await stalled.gateway[Symbol.asyncDispose]();
  await stalled.tables[Symbol.asyncDispose]();
});

const withinTimeout = (problem: string) => ({ onTimeout: () => new Error(problem) });

describe('while Postgres is not available', () => {
  let proxy: Proxy;
  let gateway: TestGateway;
  beforeAll(async () => {
    const through = await startProxyFor(tables.url);
    proxy = through.proxy;
    gateway = await startGateway({ ...tables.env, DATABASE_URL: through.url });
    await gateway.ready();
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  it('the board follows the log, queries fail with a message, and missing calls come once Postgres is back', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.shows({ a: 'WAITING' });
    await proxy.refuse();
    // Only an event that can start a call adds one: of the others, the earlier events are not known.
    await tables.append([{ type: 'call.recording-available', call_id: 'old', url: 'https://example.test/1' }]);
    await tables.append([event('call.ongoing', 'x'), event('call.new', 'b'), event('call.ongoing', 'a')]);
    await dashboard.shows({ a: 'ONGOING', b: 'NEW' });
    for (const [command, data] of Object.entries({ ListCalls: {}, WatchCall: { call_id: 'a' } })) {
      dashboard.client.send({ event: command, data });
      expect(await dashboard.client.next(isEvent(command as 'ListCalls'))).toMatchObject({ status: 'Failed' });
    }
    await until(async () => !(await gateway.isReady()), withinTimeout('The gateway is still ready.'));
    using late = await openDashboard(gateway.port);
    using old = await openOldDashboard(gateway.port);
    await old.client.next(isEvent('ListCalls'));
    await late.shows({ a: 'ONGOING', b: 'NEW' });
    const cursor = late.cursor();
    late.client[Symbol.dispose]();

    await tables.project();
    await proxy.resume();
    const all = { a: 'ONGOING', b: 'NEW', x: 'ONGOING', old: 'FINISHED' };
    await dashboard.shows(all);
    await old.shows({ ONGOING: ['a', 'x'], NEW: ['b'], FINISHED: ['old'] });
    expect(dashboard.calls.get('old')).toMatchObject({ recording_url: 'https://example.test/1' });
    // A cursor of that time does not cover the missing calls.
    using back = await openDashboard(gateway.port, { subscribe: { cursor }, calls: late.calls });
    await back.shows(all);
    expect(back.client.frames.filter(isEvent('Snapshot'))).not.toMatchObject([{ data: { reset: true } }]);
  });

  it('the board follows the log and queries fail, also if Postgres hangs, and an old dashboard is right afterwards', async () => {
    using dashboard = await openDashboard(gateway.port);
    await dashboard.snapshot();
    proxy.stall();
    await tables.append([event('call.new', 'c')]);
    await until(() => dashboard.calls.has('c'), withinTimeout('The board does not follow the log.'));
    using old = await openOldDashboard(gateway.port);
    dashboard.client.send({ event: 'ListCalls', data: {} });
    expect(await dashboard.client.next(isEvent('ListCalls'))).toMatchObject({ status: 'Failed' });
    await old.client.next(isEvent('ListCalls'));
    await proxy.resume();
    await old.shows({ ONGOING: ['a', 'x'], NEW: ['b'], FINISHED: ['old'] });
    await gateway.ready();
  });
});

it('a gateway that starts without Postgres closes subscribers with 4011 (loading), and serves them once Postgres is available', async () => {
  await tables.project();
  const { proxy, url } = await startProxyFor(tables.url);
  await using _owned = proxy;
  await proxy.refuse();
  await using gateway = await startGateway({ ...tables.env, DATABASE_URL: url });
  using early = await openDashboard(gateway.port);
  expect(await early.client.closed).toBe(4011);
  // Not a failed Subscribe, from which a client would learn that its cursor is invalid.
  expect(early.client.frames.map(({ event: name }) => name)).toEqual(['Welcome']);

  await proxy.resume();
  await gateway.ready();
  using back = await openDashboard(gateway.port);
  await back.snapshot();
  expect(back.calls.get('a')).toMatchObject({ state: 'ONGOING' });
});

it('a gateway that starts without Kafka shows the board of Postgres, and says how old it is, until Kafka is available', async () => {
  await tables.project();
  const { proxy } = await startProxyFor(`kafka://${tables.env.KAFKA_BROKERS.split(',')[0] ?? ''}`);
  await using _owned = proxy;
  await proxy.refuse();
  await using gateway = await startGateway({ ...tables.env, KAFKA_BROKERS: `127.0.0.1:${proxy.port}` });
  using dashboard = await openDashboard(gateway.port);
  const snapshot = await dashboard.snapshot();
  expect(snapshot.calls.length).toBeGreaterThan(2);
  expect(snapshot.as_of).toBeLessThan(Date.now() - 1_000);
  const { data } = (await dashboard.client.next(isEvent('Heartbeat'))) as MessageOf<'Heartbeat'>;
  expect(data.as_of).toBe(snapshot.as_of);
  expect(await (await fetch(`${gateway.admin}/readyz`)).text()).toContain('Kafka');

  await tables.append([event('call.new', 'd')]);
  await proxy.resume();
  await until(() => dashboard.calls.has('d'), withinTimeout('Kafka is not read.'));
  await gateway.ready();
});

it('a gateway ends if the tables become those of another log, and clients with its cursors get a reset', async () => {
  await tables.project();
  await using gateway = await startGateway(tables.env);
  await gateway.ready();
  using dashboard = await openDashboard(gateway.port);
  await dashboard.snapshot();
  await poolOf(tables.db).query(`update positions set log_id = '22222222-2222-8222-8222-222222222222'`);
  await until(() => !gateway.isUp(), withinTimeout('The gateway still shows the old log.'));

  await using secondGateway = await startGateway(tables.env);
  await secondGateway.ready();
  const subscribe = { cursor: dashboard.cursor() };
  using back = await openDashboard(secondGateway.port, { subscribe, calls: new Map(dashboard.calls) });
  expect(await back.snapshot()).toMatchObject({ reset: true });
});

it('a swap to tables of an older version changes only the epoch for dashboards, and /readyz says what fails', async () => {
  await tables.project();
  await using gateway = await startGateway(tables.env);
  await gateway.ready();
  using dashboard = await openDashboard(gateway.port);
  await dashboard.snapshot();
  const { client, calls } = dashboard;
  const shown = [...calls.keys()];
  const frames = client.frames.length;

  await createBareProjection(tables.db, nextSchema);
  for (const table of ['positions', ...tableNames])
    await poolOf(tables.db).query(`insert into projection_next.${table} select * from projection.${table}`);
  await poolOf(tables.db).query('update projection_next.positions set projection_version = 1');
  const next = connectTables({ url: tables.url, schema: nextSchema, max: 1 });
  await completeProjection(next, nextSchema, { mayHaveDuplicates: false }).finally(() => next.end());
  const swapped = await trySwap(tables.db, { incoming: nextSchema, catchUp: () => Promise.resolve(true) });
  expect(swapped.kind).toBe('swapped');

  const epoch = () => readCursor(dashboard.cursor())?.epoch.split('.')[0];
  let n = 0;
  await until(
    async () => {
      await tables.append([event('call.new', `swap-${n++}`)]);
      return epoch() === '1';
    },
    { ...withinTimeout('The cursor has no new epoch.'), everyMs: 200 },
  );
  await until(() => calls.has(`swap-${n - 1}`), withinTimeout('Not all calls are shown.'));
  expect([...calls.keys()].slice(0, shown.length)).toEqual(shown);
  for (let i = 0; i < n; i++) expect(calls.has(`swap-${i}`)).toBe(true);
  expect(client.frames.slice(frames).some(isEvent('Snapshot'))).toBe(false);
  expect(await (await fetch(`${gateway.admin}/readyz`)).text()).toMatch(/^ok: The tables are of projection version 1/);
});

it('/readyz and a metric say that the projection is stalled, until it moves', async () => {
  const { gateway, tables: stalledTables } = stalled;
  const readyzSays = async (text: RegExp): Promise<void> => {
    let answered = '';
    const ask = async (): Promise<string> => {
      const answer = await fetch(`${gateway.admin}/readyz`);
      return `${answer.status} ${(await answer.text()).trim()}`;
    };
    await until(async () => text.test((answered = await ask())), {
      everyMs: 200,
      onTimeout: () => new Error(`/readyz answers: ${answered}`),
    });
  };
  await readyzSays(
    /^200 ok: The projection is stalled for \d+ s: partition \d+ stays at offset \d+ while 1 records wait/,
  );
  expect(await gateway.metric('projection_stalled_seconds')).toBeGreaterThanOrEqual(15);
  await stalledTables.project();
  await readyzSays(/^200 ok$/);
  expect(await gateway.metric('projection_stalled_seconds')).toBe(0);
});
