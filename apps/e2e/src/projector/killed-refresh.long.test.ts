import { until } from '@callstream/stack';
import { countVisits } from '@callstream/tables';
import { countBucketsAnew, poolOf, readBuckets } from '@callstream/tables/testing';
import { startProjectorGroup } from './projector-group.ts';

// A killed projector stays in its group for ten seconds.
const events = 240;

it('after kill -9 of a projector at each step of a refresh, counts are right at once, and buckets are those of a recount', async () => {
  await using projectors = await startProjectorGroup();
  const { system, start, produce } = projectors;
  const sql = poolOf(system.db);
  const read = async (query: string): Promise<number> => (await sql.query<{ n: number }>(query)).rows[0]?.n ?? -1;
  const counted = async () => {
    const period = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z', interval: null, timeZone: 'UTC' };
    const rows = await countVisits(system.db, {
      ...period,
      queues: null,
      serviceLevelMs: 20_000,
      shortAbandonMs: 5_000,
    });
    return rows.reduce((sum, { visits }) => sum + visits, 0);
  };
  const visits = () => read('select count(*)::int as n from visits');
  const marks = () => read('select count(*)::int as n from bucket_marks');

  // It refreshes at its start, when nothing is marked yet, and would again only after 30 s.
  const first = await start();
  await produce(events);
  await system.untilProjected();
  await first.kill();
  const marked = await marks();
  expect(marked).toBeGreaterThan(0);

  // A lock stops the next one before it removes marks, before it deletes the first buckets, and before the last ones are counted.
  for (const table of ['bucket_marks', 'visit_buckets', 'agent_buckets']) {
    const locker = await sql.connect();
    await locker.query(`begin; lock table ${table} in share mode`);
    const killed = start();
    killed.catch(() => undefined);
    await until(
      async () =>
        (await read(
          `select count(*)::int as n from pg_locks where relation = '${table}'::regclass and mode = 'RowExclusiveLock' and not granted`,
        )) === 1,
      { onTimeout: () => new Error(`No refresh waits for ${table}.`) },
    );
    await (await killed).kill();
    await locker.query('rollback');
    locker.release();
    // Postgres notices that its client is gone when the statement ends.
    await until(
      async () =>
        (await read(
          `select count(*)::int as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
        )) === 0,
      {
        onTimeout: () => new Error('The transaction of the killed projector goes on.'),
      },
    );
    expect([await marks(), await counted()]).toEqual([marked, await visits()]);
  }

  const last = await start();
  await until(async () => (await marks()) === 0, {
    onTimeout: () => new Error(`Buckets are not refreshed.\n${last.tail()}`),
  });
  expect(await counted()).toBe(await visits());
  await last.kill();
  const kept = await readBuckets(system.db);
  expect(kept['visit_buckets']?.length).toBeGreaterThan(0);
  await countBucketsAnew(system.db);
  expect(kept).toEqual(await readBuckets(system.db));
});
