import { connectTables, migrate } from '../src/index.ts';
import type { Tables } from '../src/index.ts';

/** Empty tables: the content of a test's database, for `testDatabase` of libs/stack. */
export const migrated = { name: 'migrated', fill: migrate };

interface FilledDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A database with empty tables. */
interface MigratedDatabase extends AsyncDisposable {
  readonly db: Tables;
}

/** Connects to a new database with empty tables. Disposing closes the connections, and disposes of it. */
export async function migratedDatabase(
  createDatabase: (options: { content: typeof migrated }) => Promise<FilledDatabase>,
): Promise<MigratedDatabase> {
  await using cleanup = new AsyncDisposableStack();
  const { url } = cleanup.use(await createDatabase({ content: migrated }));
  const db = cleanup.adopt(connectTables({ url }), (pool) => pool.end());
  const owned = cleanup.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
