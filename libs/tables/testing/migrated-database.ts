import { connectTables, migrate } from '../src/index.ts';
import type { Tables } from '../src/index.ts';

interface EmptyDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A database with empty tables. */
interface MigratedDatabase extends AsyncDisposable {
  readonly db: Tables;
}

/** Migrates a database, which it takes over: disposing closes the connections, and disposes of it. */
export async function migratedDatabase(database: EmptyDatabase): Promise<MigratedDatabase> {
  await using cleanup = new AsyncDisposableStack();
  const { url } = cleanup.use(database);
  await migrate(url);
  const db = cleanup.adopt(connectTables({ url }), (pool) => pool.end());
  const owned = cleanup.move();
  return { db, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
