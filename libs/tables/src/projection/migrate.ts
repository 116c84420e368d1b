import { fileURLToPath } from 'node:url';
import { clientConfig, TablesClient } from '../connection/client.ts';
import { connectTables } from '../connection/pool.ts';
import { liveSchema } from '../connection/schema-names.ts';
import { sqlOf } from '../connection/tables.ts';
import { grantAccess, recordFingerprint } from './schemas.ts';

/** The migration that creates the live schema. */
const firstProjection = '0001_projection';

/**
 * Migrates the database at `url` to the newest schema, and grants the roles of roles.sql their rights. Concurrent
 * migrations wait for each other.
 * @returns names of the migrations that were applied
 */
export async function migrate(url: string, log: (message: string) => void = () => undefined): Promise<string[]> {
  const client = new TablesClient(clientConfig({ url, applicationName: 'callstream-migrate' }));
  await client.connect();
  // Loaded here: every process that uses the tables would load it at its start.
  const { runner } = await import('node-pg-migrate');
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
    if (applied.some(({ name }) => name === firstProjection)) await recordFingerprint(sqlOf(db), liveSchema);
    await grantAccess(db);
  } finally {
    await db.end();
  }
  return applied.map(({ name }) => name);
}
