import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '@callstream/stack';
import { startColdPostgres } from './cold-postgres.ts';

/** Real servers for a benchmark. */
export interface Servers extends AsyncDisposable {
  readonly brokers: readonly string[];
  /** A database whose server gives each benchmark another one of its own. */
  readonly databaseUrl: string;
  /**
   * Starts Postgres anew, with nothing in its memory; false if its files may still be in that of the system. Null: it is
   * not ours.
   */
  readonly restartPostgres: (() => Promise<boolean>) | null;
}

/** Those that are given; of what is not, one of our own in a temporary folder, with fsync as in production. */
export async function findServers(env: NodeJS.ProcessEnv): Promise<Servers> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-bench-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const brokers =
    env['KAFKA_BROKERS'] ?? starting.use(await startKafka({ dataDir: join(folder, 'kafka'), env })).brokers;
  const given = env['DATABASE_URL'];
  const postgres = given === undefined ? starting.use(await startColdPostgres(join(folder, 'postgres'))) : null;
  const owned = starting.move();
  return {
    brokers: brokers.split(','),
    databaseUrl: postgres?.url ?? given ?? '',
    restartPostgres: postgres?.restart ?? null,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
