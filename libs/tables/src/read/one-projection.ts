import { clientOf, Tables } from '../connection/tables.ts';
import type { Queryable, TablesConnection } from '../connection/tables.ts';
import { withConnection } from '../connection/transaction.ts';

/**
 * Runs several reads on one connection that see one projection at one moment. Otherwise a swap between two of them, or between two
 * names of one statement, would mix counts of two projections. A swap waits meanwhile, so `read` must be short.
 */
export async function readOneProjection<T>(
  db: Queryable,
  read: (connection: TablesConnection) => Promise<T>,
): Promise<T> {
  if (db instanceof Tables) return withConnection(db, (connection) => readOneProjection(connection, read));
  const client = clientOf(db);
  // The lock comes first: it takes no snapshot, so the snapshot is of after a swap that it waited for.
  await client.query('begin isolation level repeatable read, read only; lock table positions in access share mode');
  // No rollback: after a failure the connection is closed.
  const result = await read(db);
  await client.query('commit');
  return result;
}
