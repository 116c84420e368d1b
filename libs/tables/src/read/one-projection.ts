import type { ClientBase, QueryConfig, QueryResult } from 'pg';
import { clientOf, Tables, TablesConnection } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import { withConnection } from '../connection/transaction.ts';

/** Most time that the reads of one answer may take together, in ms: a swap waits for them. */
const readsMsMax = 5_000;

/**
 * Runs several reads on one connection that see one projection at one moment. Otherwise a swap between two of them, or between two
 * names of one statement, would mix counts of two projections. A swap waits meanwhile, so all reads have one time limit.
 * @throws a statement timeout once they have taken `msMax` together
 */
export async function readOneProjection<T>(
  db: Queryable,
  read: (connection: TablesConnection) => Promise<T>,
  msMax = readsMsMax,
): Promise<T> {
  if (db instanceof Tables) return withConnection(db, (connection) => readOneProjection(connection, read, msMax));
  const client = clientOf(db);
  // The lock comes first: it takes no snapshot, so the snapshot is of after a swap that it waited for.
  await client.query('begin isolation level repeatable read, read only; lock table positions in access share mode');
  // No rollback: after a failure the connection is closed.
  const result = await read(new TablesConnection(withTimeLimit(client, msMax)));
  await client.query('commit');
  return result;
}

/**
 * The client of a transaction whose statements get what is left of `ms`. The setting `transaction_timeout` needs Postgres 17, and
 * ends the connection.
 */
function withTimeLimit(client: ClientBase, ms: number): ClientBase {
  const deadline = performance.now() + ms;
  const query = async (statement: QueryConfig, values?: unknown[]): Promise<QueryResult> => {
    await client.query(`set local statement_timeout = ${Math.max(1, Math.ceil(deadline - performance.now()))}`);
    return client.query(statement, values);
  };
  return Object.create(client, { query: { value: query } }) as ClientBase;
}
