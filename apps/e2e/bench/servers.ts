import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '@callstream/stack';
import { startColdPostgres } from './cold-postgres.ts';

/** Kafka and Postgres for a benchmark. */
export interface Servers extends AsyncDisposable {
  readonly brokers: readonly string[];
  /** Each benchmark creates its own database on this server. */
  readonly databaseUrl: string;
  /**
   * Restarts Postgres with cold caches; false if its files may still be in the operating system's cache. Null for a server
   * of DATABASE_URL.
   */
  readonly restartPostgres: (() => Promise<boolean>) | null;
  /** Folder of both servers that stays; null: what was started is removed. */
  readonly keptFolder: string | null;
}

/**
 * The servers of KAFKA_BROKERS and DATABASE_URL; a missing one is started in a temporary folder, with fsync as in production.
 * @param keep folder in which both are started instead, and which stays
 * @throws {Error} if `keep` is given together with one of the settings
 */
export async function findServers(env: NodeJS.ProcessEnv, keep?: string): Promise<Servers> {
  if (keep !== undefined && (env['KAFKA_BROKERS'] ?? env['DATABASE_URL']) !== undefined)
    throw new Error('--keep starts Kafka and Postgres in its folder: unset KAFKA_BROKERS and DATABASE_URL.');
  await using cleanup = new AsyncDisposableStack();
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'callstream-bench-')));
  if (keep === undefined) cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const brokers =
    env['KAFKA_BROKERS'] ?? cleanup.use(await startKafka({ dataDir: join(folder, 'kafka'), env })).brokers;
  const databaseUrl = env['DATABASE_URL'];
  const postgres = databaseUrl === undefined ? cleanup.use(await startColdPostgres(join(folder, 'postgres'))) : null;
  const owned = cleanup.move();
  return {
    brokers: brokers.split(','),
    databaseUrl: postgres?.url ?? databaseUrl ?? '',
    restartPostgres: postgres?.restart ?? null,
    keptFolder: keep ?? null,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
