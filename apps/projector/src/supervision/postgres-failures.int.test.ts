import { randomUUID } from 'node:crypto';
import type { Log } from '@callstream/runtime';
import { startProxyFor, until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { startBucketRefresh } from '../buckets/refresh-loop.ts';
import { createMetrics } from '../metrics.ts';
import { startProjector } from '../../testing/projector.ts';
import type { TestProjector } from '../../testing/projector.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

let fixture: ProjectorFixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

const events = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: event(`call ${i % 7}`), partition: i % 2 }));

/** Starts a proxy for Postgres; `url` leads through it. */
const proxied = (databaseUrl = fixture.databaseUrl) => startProxyFor(databaseUrl);

const untilRetried = (projector: TestProjector, times: number) =>
  until(async () => (await projector.metric('retries')) >= times, {
    onTimeout: () => new Error(`not retried ${times} times`),
  });

/** Resolves once the projector waits for a lock. */
const untilWaitingForLock = () =>
  until(
    async () => {
      const { rowCount } = await poolOf(fixture.db).query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'projector' and wait_event_type = 'Lock'`,
      );
      return (rowCount ?? 0) > 0;
    },
    { everyMs: 10, onTimeout: () => new Error('the projector waits for no lock') },
  );

it('while Postgres is unavailable, the projector retries, /readyz says why, and nothing is lost', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  await using projector = await startProjector(fixture, { url });
  await fixture.produce(...events(20));
  await fixture.expectFold();
  await projector.untilReadiness(null);
  await proxy.refuse();
  await fixture.produce(...events(20));
  await projector.untilReadiness(/^Retrying since .*: Postgres cannot be reached/);
  await untilRetried(projector, 6);
  await fixture.produce(...events(20));
  await proxy.resume();
  await fixture.expectFold();
  await projector.untilReadiness(null);
});

it('the projector retries when Postgres hangs at the start', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  proxy.stall();
  const starting = startProjector(fixture, { url });
  // The first attempt has timed out.
  await until(() => proxy.connections() >= 2, { onTimeout: () => new Error('not retried') });
  await proxy.resume();
  await using _projector = await starting;
  await fixture.produce(...events(4));
  await fixture.expectFold();
});

it('no event is lost or duplicated when connections are cut, also during a commit', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  await using projector = await startProjector(fixture, { url });
  for (let round = 0; round < 30; round++) {
    const producing = fixture.produce(...events(50));
    await until(() => proxy.connections() > 0, { everyMs: 1, onTimeout: () => new Error('none') });
    proxy.cut();
    await producing;
  }
  await fixture.expectFold();
  expect(await projector.metric('retries')).toBeGreaterThan(0);
});

it('the projector continues after its backends were terminated, as by a restart', async () => {
  await using projector = await startProjector(fixture);
  for (let round = 0; round < 10; round++) {
    await fixture.produce(...events(50));
    await poolOf(fixture.db).query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'projector'`,
    );
  }
  await fixture.expectFold();
  await projector.untilReadiness(null);
});

it('the projector retries while Postgres has too many connections', async () => {
  const role = `projector_${randomUUID().slice(0, 8)}`;
  await poolOf(fixture.db).query(`create role ${role} login password 'x' connection limit 8;
    grant usage on schema projection to ${role}; grant select, insert, update on all tables in schema projection to ${role}`);
  try {
    const url = new URL(fixture.databaseUrl);
    url.username = role;
    url.password = 'x';
    await using projector = await startProjector(fixture, { url: url.href });
    await poolOf(fixture.db).query(`alter role ${role} connection limit 0`);
    await poolOf(fixture.db).query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [role]);
    await fixture.produce(...events(20));
    await projector.untilReadiness(/too many connections for role/);
    await untilRetried(projector, 3);
    await poolOf(fixture.db).query(`alter role ${role} connection limit 8`);
    await fixture.expectFold();
  } finally {
    await poolOf(fixture.db).query(`drop owned by ${role}; drop role ${role}`);
  }
});

it('a batch is written once in spite of a deadlock with another transaction', async () => {
  const database = new URL(fixture.databaseUrl).pathname.slice(1);
  // Whose deadlock_timeout expires first is the victim: the projector.
  await poolOf(fixture.db).query(`alter database ${database} set deadlock_timeout = '5s'`);
  await using projector = await startProjector(fixture);
  await fixture.produce({ value: event('deadlock a') }, { value: event('deadlock b') });
  await fixture.untilProjected();
  const blocker = await poolOf(fixture.db).connect();
  await blocker.query(
    `set deadlock_timeout = '10min'; begin; select from calls where call_id = 'deadlock b' for update`,
  );
  // Too many records for a group commit, whose lock timeout would end the wait before the deadlock.
  const more = Array.from({ length: 100 }, (_, i) => ({ value: event(`deadlock ${i}`) }));
  await fixture.produce({ value: event('deadlock a') }, { value: event('deadlock b') }, ...more);
  await untilWaitingForLock();
  await blocker.query(`update calls set code = code where call_id = 'deadlock a'`); // returns once the projector was chosen as the victim
  await untilRetried(projector, 1);
  await blocker.query('commit');
  blocker.release(true);
  await poolOf(fixture.db).query(`alter database ${database} reset deadlock_timeout`);
  await fixture.expectFold();
});

it('a statement that exceeds its timeout is cancelled and retried', async () => {
  await using projector = await startProjector(fixture, { statementTimeoutMs: 300 });
  await fixture.produce({ value: event('locked') });
  await fixture.untilProjected();
  const blocker = await poolOf(fixture.db).connect();
  await blocker.query(`begin; select from calls where call_id = 'locked' for update`);
  await fixture.produce({ value: event('locked') });
  await projector.untilReadiness(/canceling statement due to statement timeout/);
  await untilRetried(projector, 3);
  await blocker.query('rollback');
  blocker.release();
  await fixture.expectFold();
});

it('a day whose buckets cannot be counted stops no other day, is logged once, and counts as the oldest mark', async () => {
  const pool = poolOf(fixture.db);
  const refused = '2001-02-04T00:00:00.000Z';
  const days = ['2001-02-03T00:00:00.000Z', refused, '2001-02-05T00:00:00.000Z'];
  const markedDays = async () =>
    (await pool.query<{ at: string }>('select distinct begins_at as at from bucket_marks order by 1')).rows.map(
      ({ at }) => at,
    );
  await pool.query('delete from bucket_marks');
  await pool.query('insert into bucket_marks select unnest($1::timestamptz[])', [days]);
  await pool.query(
    `insert into visits (call_id, n, queue, waiting_at, outcome) select 'bucket ' || at, 0, '900', at, 'open' from unnest($1::timestamptz[]) at`,
    [days],
  );
  await pool.query(
    `alter table visit_buckets add constraint refused check (begins_at <> '${refused}' or minutes <> 60)`,
  );
  const warnings: unknown[] = [];
  const log = { warn: (...line: unknown[]) => warnings.push(line) } as unknown as Log;
  const metrics = createMetrics();
  const oldest = async () => (await metrics.oldestBucketMark.get()).values[0]?.value ?? 0;
  const first = new AbortController();
  startBucketRefresh({ db: fixture.db, everyMs: 10, metrics, signal: first.signal, log });
  try {
    await until(async () => (await oldest()) > 1, {
      onTimeout: () => new Error('no mark grows old'),
    });
    expect(await markedDays()).toEqual([refused]);
    expect(warnings).toMatchObject([
      [{ day: refused, reason: expect.stringMatching(/refused/) as string }, 'projector.day-not-counted'],
    ]);
  } finally {
    first.abort();
  }
  await pool.query('alter table visit_buckets drop constraint refused');
  // As after a restart.
  const second = new AbortController();
  startBucketRefresh({ db: fixture.db, everyMs: 10, metrics, signal: second.signal, log: silent });
  await until(async () => (await markedDays()).length === 0 && (await oldest()) === 0, {
    onTimeout: () => new Error('the day stays marked'),
  });
  second.abort();
  await pool.query(`delete from visits where call_id like 'bucket %'`);
});
