import { randomUUID } from 'node:crypto';
import { clientOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { withConnection } from '../connection/transaction.ts';
import { UnsupportedPostgres } from '../connection/unsupported-postgres.ts';

/** A pooler may use its connections in turn: then the first use may find the setting by chance. */
const rounds = 3;

/**
 * Recognises a pooler that lends its connections for one transaction only: what two sessions SET is gone, or mixed up, on
 * their next use. Our sessions, listeners and locks would be, too. Needs two connections of the pool.
 * @throws {UnsupportedPostgres}
 */
export async function checkSessionsAreKept(db: Tables): Promise<void> {
  await withConnection(db, (first) =>
    withConnection(db, async (second) => {
      const sessions = [first, second].map((connection) => ({ client: clientOf(connection), token: randomUUID() }));
      for (let round = 0; round < rounds; round++) {
        for (const { client, token } of sessions)
          await client.query(`select set_config('callstream.session', $1::text, false)`, [token]);
        for (const { client, token } of sessions) {
          const { rows } = await client.query<{ found: string | null }>(
            `select current_setting('callstream.session', true) as found`,
          );
          if (rows[0]?.found !== token) throw sessionsAreNotKept();
        }
      }
    }),
  );
}

const sessionsAreNotKept = (): UnsupportedPostgres =>
  new UnsupportedPostgres(
    'A pooler between callstream and Postgres uses transaction pooling: what a session sets is gone on its next use. With PgBouncer, set pool_mode = session for this database, or set DATABASE_URL to Postgres itself.',
  );
