import { isProgrammingError } from '@callstream/resilience';
import pg from 'pg';
import { addServerHint } from './error-hints.ts';
import { clientOf, poolOf, TablesConnection } from './tables.ts';
import type { Tables } from './tables.ts';
import { UnsupportedPostgres } from './unsupported-postgres.ts';

/** The connection to Postgres could not be made, or broke during use. Whether a commit succeeded is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Other projectors kept writing the same calls or events as this batch: events of one call are in several partitions of their log. */
export class CallsMoved extends Error {
  override readonly name = 'CallsMoved';
  constructor(attempts: number, cause: unknown) {
    super(`Other transactions wrote calls or events of this batch concurrently, in each of ${attempts} attempts.`, {
      cause,
    });
  }
}

const lost = new WeakSet<pg.ClientBase>();

/** Records when the connection is lost. Call it before it is made: an `error` event without a listener ends the process. */
export function trackConnectionLoss(client: pg.ClientBase): void {
  const onLost = (): void => void lost.add(client);
  client.on('error', onLost).on('end', onLost);
}

/**
 * Runs `use` with a connection from the pool. After a failure the connection is closed instead of being reused.
 * @throws {ConnectionLost} if the connection could not be made or broke; otherwise whatever `use` throws, or a bug while connecting
 */
export async function withConnection<T>(db: Tables, use: (connection: TablesConnection) => Promise<T>): Promise<T> {
  const client = await poolOf(db)
    .connect()
    .catch((error: unknown) => {
      throw error instanceof pg.DatabaseError || error instanceof UnsupportedPostgres || isProgrammingError(error)
        ? error
        : new ConnectionLost('Postgres cannot be reached.', { cause: error });
    });
  try {
    const result = await use(new TablesConnection(client));
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    addServerHint(error);
    throw lost.has(client) && !(error instanceof pg.DatabaseError)
      ? new ConnectionLost('The connection to Postgres broke.', { cause: error })
      : error;
  }
}

/** Runs `use` in a transaction on a connection from the pool. @throws as {@link withConnection} */
export async function inTransaction<T>(
  db: Tables,
  use: (client: pg.ClientBase, connection: TablesConnection) => Promise<T>,
): Promise<T> {
  return withConnection(db, async (connection) => {
    const client = clientOf(connection);
    await client.query('begin');
    // No rollback: after a failure the connection is closed, which rolls the transaction back.
    const result = await use(client, connection);
    await client.query('commit');
    return result;
  });
}
