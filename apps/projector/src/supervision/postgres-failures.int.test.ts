import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startProxyFor, until } from '@callstream/stack';
import { startProjector } from '../../testing/projector.ts';
import type { TestProjector } from '../../testing/projector.ts';
import { createFixture, event } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

jest.setTimeout(90_000);

let world: ProjectorFixture;
beforeAll(async () => {
  world = await createFixture();
});
afterAll(() => world[Symbol.asyncDispose]());

const some = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: event(`call ${i % 7}`), partition: i % 2 }));

/** A proxy before Postgres, and the URL that leads through it. */
const proxied = (databaseUrl = world.databaseUrl) => startProxyFor(databaseUrl);

const hasRetried = (projector: TestProjector, times: number) =>
  until(async () => (await projector.metric('retries')) >= times, {
    timeoutMs: 60_000,
    onTimeout: () => new Error(`not tried again ${times} times`),
  });

/** Resolves once the projector waits for a lock. */
const waitsForLock = () =>
  until(
    async () => {
      const { rowCount } = await world.db.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'projector' and wait_event_type = 'Lock'`,
      );
      return (rowCount ?? 0) > 0;
    },
    { timeoutMs: 30_000, everyMs: 10, onTimeout: () => new Error('it waits for no lock') },
  );

it('Postgres is away for a while: it is waited for, /readyz says why, and nothing is lost', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  await using projector = await startProjector(world, { url });
  await world.put(...some(20));
  await world.expectFold();
  await projector.says(null);
  await proxy.refuse();
  await world.put(...some(20));
  await projector.says(/^Trying again since .*: Postgres cannot be reached/);
  await hasRetried(projector, 6);
  await world.put(...some(20));
  await proxy.resume();
  await world.expectFold();
  await projector.says(null);
});

it('Postgres hangs when the projector starts: that is waited for, too', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  proxy.stall();
  const starting = startProjector(world, { url });
  // The first attempt was given up.
  await until(() => proxy.connections() >= 2, { timeoutMs: 60_000, onTimeout: () => new Error('not tried again') });
  await proxy.resume();
  await using _projector = await starting;
  await world.put(...some(4));
  await world.expectFold();
});

it('connections are cut again and again, also in the middle of a commit: nothing twice, nothing missing', async () => {
  const { proxy, url } = await proxied();
  await using _proxy = proxy;
  await using projector = await startProjector(world, { url });
  for (let round = 0; round < 30; round++) {
    const putting = world.put(...some(50));
    await until(() => proxy.connections() > 0, { timeoutMs: 30_000, everyMs: 1, onTimeout: () => new Error('none') });
    proxy.cut();
    await putting;
  }
  await world.expectFold();
  expect(await projector.metric('retries')).toBeGreaterThan(0);
});

it('its backends are terminated, as by a restart: it goes on', async () => {
  await using projector = await startProjector(world);
  for (let round = 0; round < 10; round++) {
    await world.put(...some(50));
    await world.db.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'projector'`);
  }
  await world.expectFold();
  await projector.says(null);
});

it('there are too many connections: it waits until there is room', async () => {
  const role = `projector_${randomUUID().slice(0, 8)}`;
  await world.db.query(`create role ${role} login password 'x' connection limit 8;
    grant usage on schema projection to ${role}; grant select, insert, update on all tables in schema projection to ${role}`);
  try {
    const url = new URL(world.databaseUrl);
    url.username = role;
    url.password = 'x';
    await using projector = await startProjector(world, { url: url.href });
    await world.db.query(`alter role ${role} connection limit 0`);
    await world.db.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = $1`, [role]);
    await world.put(...some(20));
    await projector.says(/too many connections for role/);
    await hasRetried(projector, 3);
    await world.db.query(`alter role ${role} connection limit 8`);
    await world.expectFold();
  } finally {
    await world.db.query(`drop owned by ${role}; drop role ${role}`);
  }
});

it('a deadlock with somebody else: the batch is written once all the same', async () => {
  const database = new URL(world.databaseUrl).pathname.slice(1);
  // Whose time is up is the victim: that is to be the projector.
  await world.db.query(`alter database ${database} set deadlock_timeout = '5s'`);
  await using projector = await startProjector(world);
  await world.put({ value: event('deadlock a') }, { value: event('deadlock b') });
  await world.projected();
  const other = await world.db.connect();
  await other.query(`set deadlock_timeout = '10min'; begin; select from calls where call_id = 'deadlock b' for update`);
  // Too many to be written with others, and given up after the first wait.
  const others = Array.from({ length: 100 }, (_, i) => ({ value: event(`deadlock ${i}`) }));
  await world.put({ value: event('deadlock a') }, { value: event('deadlock b') }, ...others);
  await waitsForLock();
  await other.query(`update calls set code = code where call_id = 'deadlock a'`); // returns once the projector has given way
  await hasRetried(projector, 1);
  await other.query('commit');
  other.release(true);
  await world.db.query(`alter database ${database} reset deadlock_timeout`);
  await world.expectFold();
});

it('a statement takes too long: it is cancelled, and tried again until it does not', async () => {
  await using projector = await startProjector(world, { statementTimeoutMs: 300 });
  await world.put({ value: event('locked') });
  await world.projected();
  const other = await world.db.connect();
  await other.query(`begin; select from calls where call_id = 'locked' for update`);
  await world.put({ value: event('locked') });
  await projector.says(/canceling statement due to statement timeout/);
  await hasRetried(projector, 3);
  await other.query('rollback');
  other.release();
  await world.expectFold();
});
