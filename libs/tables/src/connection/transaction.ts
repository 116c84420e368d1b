import pg from 'pg';
import type { Tables } from './pool.ts';

/** The connection to Postgres could not be made, or broke while it was used. Whether a commit arrived is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Other projectors wrote the same calls again and again while a batch was written: their log has calls that are in several partitions. */
export class CallsMoved extends Error {
  override readonly name = 'CallsMoved';
  constructor(attempts: number, cause: unknown) {
    super(`Others wrote the calls of this batch meanwhile, ${attempts} times.`, { cause });
  }
}

const lost = new WeakSet<pg.ClientBase>();

/**
 * Remembers when the connection is lost. To be called as soon as it is made: its first answer and its end may arrive in
 * one packet, before anybody who waits for it has run, and an error that nobody listens to ends the process.
 */
export function trackConnectionLoss(client: pg.ClientBase): void {
  const onLost = (): void => void lost.add(client);
  client.on('error', onLost).on('end', onLost);
}

/**
 * Runs `use` on a connection of its own. A connection that failed is thrown away.
 * @throws {ConnectionLost} if there was none or it broke; whatever `use` throws otherwise.
 */
export async function withConnection<T>(db: Tables, use: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await db.connect().catch((error: unknown) => {
    throw error instanceof pg.DatabaseError
      ? error
      : new ConnectionLost('Postgres cannot be reached.', { cause: error });
  });
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw lost.has(client) && !(error instanceof pg.DatabaseError)
      ? new ConnectionLost('The connection to Postgres broke.', { cause: error })
      : error;
  }
}

/** Runs `use` in a transaction on a connection of its own. @throws as {@link withConnection} */
export async function inTransaction<T>(db: Tables, use: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return withConnection(db, async (client) => {
    await client.query('begin');
    // On failure the connection is thrown away, and the transaction with it.
    const result = await use(client);
    await client.query('commit');
    return result;
  });
}
