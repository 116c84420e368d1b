import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { eventsOf, fixtureLog } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import { batchOf } from '../testing/index.ts';
import {
  claimDelegations,
  completeProjection,
  connectTables,
  createBareProjection,
  discardedSchema,
  dropProjection,
  ensurePositions,
  listCallEvents,
  listCalls,
  migrate,
  nextSchema,
  notifyProjected,
  positionMove,
  project,
  readCallers,
  readPositions,
  trySwap,
  withConnection,
} from './index.ts';
import type { Tables } from './index.ts';
import { poolOf } from './connection/tables.ts';
import { rightsProblem } from './requirements/rights.ts';

// Long, so that a busy machine is no failure; a hang still is.
const roles = ['migrator', 'projector', 'gateway', 'delegator', 'reporter'] as const;
const topic = 'call-events';
const logId = '11111111-1111-8111-8111-111111111111';
const views = [
  'call_queues',
  'call_agents',
  'queue_hours',
  'service_levels',
  'abandons',
  'call_times',
  'agent_calls',
  'agent_days',
];
const stack = new AsyncDisposableStack();
const as = {} as Record<(typeof roles)[number], Tables>;

beforeAll(async () => {
  const database = stack.use(await testDatabase());
  const admin = stack.adopt(connectTables({ url: database.url }), (pool) => pool.end());
  const script = await readFile(new URL('./roles.sql', import.meta.url), 'utf8');
  await poolOf(admin).query(script);
  await poolOf(admin).query(script);
  for (const role of roles) {
    const user = `test_${role}_${randomUUID().slice(0, 8)}`;
    await poolOf(admin).query(`create role ${user} login password 'secret' in role callstream_${role}`);
    if (role === 'migrator') await poolOf(admin).query(`alter role ${user} set role = callstream_migrator`);
    stack.defer(async () => {
      await poolOf(admin).query(`drop owned by ${user}; drop role ${user}`);
    });
    const url = new URL(database.url);
    url.username = user;
    url.password = 'secret';
    as[role] = connectTables({ url: url.href });
    stack.adopt(as[role], (pool) => pool.end());
    if (role === 'migrator') {
      await migrate(url.href);
      await ensurePositions(as.migrator, { topic, partitions: 1, version: 1, logId });
    }
  }
});
afterAll(() => stack.disposeAsync());

const events = eventsOf([...fixtureLog('01-nominal'), ...fixtureLog('05-abandoned')]);
const write = (expected: number): Promise<void> =>
  withConnection(as.projector, (client) =>
    project(client, {
      moves: [
        positionMove({
          partition: 0,
          expected,
          next: expected + events.length,
          version: 1,
          last: { uuid: logId, timestamp: 0 },
        }),
      ],
      batch: batchOf(events),
    }),
  );

const refuses = async (db: Tables, ...statements: string[]): Promise<void> => {
  for (const statement of statements)
    await expect(poolOf(db).query(statement)).rejects.toMatchObject({ code: '42501' });
};

describe.each(['of the first migration', 'after a rebuild and a swap'])('with the projection %s', (when) => {
  if (when.startsWith('after'))
    it('the migrator can rebuild, swap and drop', async () => {
      const next = connectTables({ url: poolOf(as.migrator).options.connectionString ?? '', schema: nextSchema });
      try {
        await createBareProjection(next, nextSchema);
        await completeProjection(next, nextSchema, { mayHaveDuplicates: false });
        await ensurePositions(next, { topic, partitions: 1, version: 1, logId });
        const swapped = await trySwap(as.migrator, { incoming: nextSchema, catchUp: () => Promise.resolve(true) });
        expect(swapped.kind).toBe('swapped');
        await dropProjection(as.migrator, discardedSchema);
      } finally {
        await next.end();
      }
    });

  it('the projector writes rows, and can neither delete calls and events nor alter tables', async () => {
    await write(0);
    await notifyProjected(as.projector);
    await refuses(
      as.projector,
      'delete from calls',
      'truncate events',
      'insert into positions select * from positions',
      'drop table calls',
      'alter table calls add column x int',
      'create table projection.x ()',
      'create schema x',
    );
  });

  it('the gateway reads rows and positions, and writes nothing', async () => {
    expect((await listCalls(as.gateway, {})).rows).toHaveLength(2);
    expect((await listCallEvents(as.gateway, { topic, callId: '1772456400.30100' })).rows).toHaveLength(7);
    expect(await readPositions(as.gateway)).toHaveLength(1);
    await poolOf(as.gateway).query('listen callstream_projected; unlisten *');
    await refuses(
      as.gateway,
      `update calls set code = 'x'`,
      'delete from events',
      'update positions set next_offset = 0',
    );
  });

  it('the delegator reads calls and claims each once, also across a swap, and writes no other table', async () => {
    const lookup = { callId: 'another', before: Date.now(), numbers: ['5511990000001'] };
    expect((await readCallers(as.delegator, [lookup])).get('another')).toMatchObject({ hasOpenCall: false });
    const times = { receivedAt: Date.now(), ownAt: null, deadlineAt: Date.now() };
    const claim = { callId: 'claimed', ...times, rule: 'all', destination: '900', late: null };
    const claimed = await claimDelegations(as.delegator, randomUUID(), [claim]);
    expect([...claimed.keys()]).toEqual(when.startsWith('after') ? [] : ['claimed']);
    await refuses(
      as.delegator,
      `update calls set code = 'x'`,
      'delete from events',
      'select * from positions',
      'drop table callstream.delegations',
    );
  });

  it('the reporter reads tables and views, not the positions, and writes nothing', async () => {
    for (const name of ['events', 'calls', 'visits', 'segments', ...views])
      expect((await poolOf(as.reporter).query(`select * from ${name}`)).rows.length).toBeGreaterThan(0);
    await refuses(
      as.reporter,
      'select * from positions',
      `update calls set code = 'x'`,
      'insert into agents select * from agents',
      'select * from callstream.delegations',
    );
  });
});

it('the check at start names each right of the projector on a table that is missing', async () => {
  const { rows: granted } = await poolOf(as.migrator).query<{ table: string; privilege: string }>(
    `select g.table_name as table, g.privilege_type as privilege
     from information_schema.role_table_grants g join information_schema.tables t using (table_schema, table_name)
     where table_schema = 'projection' and t.table_type = 'BASE TABLE' and g.grantee = 'callstream_projector'`,
  );
  expect(granted.length).toBeGreaterThan(20);
  for (const { table, privilege } of granted) {
    await poolOf(as.migrator).query(`revoke ${privilege} on ${table} from callstream_projector`);
    expect(await rightsProblem(as.projector, 'project')).toContain(`${privilege} on ${table}`);
    await poolOf(as.migrator).query(`grant ${privilege} on ${table} to callstream_projector`);
  }
  expect(await rightsProblem(as.projector, 'project')).toBeNull();
});

it('a migration grants missing rights on its own tables, and none on tables that other code created', async () => {
  const url = poolOf(as.migrator).options.connectionString ?? '';
  const readCalls = () => poolOf(as.reporter).query('select from calls');
  await poolOf(as.migrator).query('revoke select on calls from callstream_reporter');
  const { rows } = await poolOf(as.migrator).query<{ fingerprint: string }>(
    `select obj_description('projection'::regnamespace, 'pg_namespace') as fingerprint`,
  );
  await poolOf(as.migrator).query(`comment on schema projection is 'callstream other'`);
  await migrate(url);
  await expect(readCalls()).rejects.toMatchObject({ code: '42501' });
  await poolOf(as.migrator).query(`comment on schema projection is '${rows[0]?.fingerprint ?? ''}'`);
  await migrate(url);
  await readCalls();
});
