import { testDatabase } from '@callstream/stack';
import { classify, connectTables, withConnection } from '../index.ts';
import { clientOf, poolOf } from './tables.ts';

it('a backend that is terminated at any moment, even while connecting, causes only transient errors', async () => {
  await using database = await testDatabase();
  await using stack = new AsyncDisposableStack();
  const pool = (applicationName: string) =>
    stack.adopt(connectTables({ url: database.url, applicationName }), (db) => db.end());
  const [db, killer] = [pool('victim'), pool('killer')];
  const outcomes = new Map<string, number>();
  let rounds = 0;
  const use = async (): Promise<void> => {
    while (rounds++ < 600) {
      const outcome = await withConnection(db, (client) => clientOf(client).query('select 1')).then(
        () => 'done',
        classify,
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  const users = Promise.all(Array.from({ length: 8 }, use));
  while (rounds <= 600)
    await poolOf(killer).query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`,
    );
  await users;
  expect([...outcomes.keys()].toSorted()).toEqual(['done', 'transient']);
});
