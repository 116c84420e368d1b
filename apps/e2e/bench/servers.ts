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
}

/** The servers of KAFKA_BROKERS and DATABASE_URL; a missing one is started in a temporary folder, with fsync as in production. */
export async function findServers(env: NodeJS.ProcessEnv): Promise<Servers> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-bench-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const brokers =
    env['KAFKA_BROKERS'] ?? cleanup.use(await startKafka({ dataDir: join(folder, 'kafka'), env })).brokers;
  const databaseUrl = env['DATABASE_URL'];
  const postgres = databaseUrl === undefined ? cleanup.use(await startColdPostgres(join(folder, 'postgres'))) : null;
  const owned = cleanup.move();
  return {
    brokers: brokers.split(','),
    databaseUrl: postgres?.url ?? databaseUrl ?? '',
    restartPostgres: postgres?.restart ?? null,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
