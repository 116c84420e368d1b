import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { connectTables } from '../connection/pool.ts';
import { withConnection } from '../connection/transaction.ts';
import { grantAccess, liveSchema, recordFingerprint } from './schemas.ts';
import { serverAddress, TablesClient } from '../connection/client.ts';

/** The migration that makes the live schema. */
const firstProjection = '0001_projection';

/** Brings the database at `url` to the newest schema, and gives the roles of roles.sql what they may do; a second one at the same time waits. @returns what was applied. */
export async function migrate(url: string, log: (message: string) => void = () => undefined): Promise<string[]> {
  const client = new TablesClient({ ...serverAddress(url), application_name: 'callstream-migrate' });
  await client.connect();
  const applied = await runner({
    dbClient: client,
    dir: fileURLToPath(new URL('../../migrations', import.meta.url)),
    direction: 'up',
    migrationsSchema: 'callstream',
    createMigrationsSchema: true,
    migrationsTable: 'migrations',
    log,
    logger: { debug: () => undefined, info: log, warn: log, error: log },
  }).finally(() => client.end());
  const db = connectTables({ url, max: 1, applicationName: 'callstream-migrate' });
  try {
    if (applied.some(({ name }) => name === firstProjection))
      await withConnection(db, (client) => recordFingerprint(client, liveSchema));
    await grantAccess(db);
  } finally {
    await db.end();
  }
  return applied.map(({ name }) => name);
}
