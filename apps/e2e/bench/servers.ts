import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startPostgres } from '@callstream/stack';

/** Real servers for a benchmark. */
export interface Servers extends AsyncDisposable {
  readonly brokers: readonly string[];
  /** A database whose server gives each benchmark another one of its own. */
  readonly databaseUrl: string;
}

/** Those that are given; of what is not, one of our own in a temporary folder, with fsync as in production. */
export async function findServers(env: NodeJS.ProcessEnv): Promise<Servers> {
  await using starting = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'callstream-bench-'));
  starting.defer(() => rm(folder, { recursive: true, force: true }));
  const brokers =
    env['KAFKA_BROKERS'] ?? starting.use(await startKafka({ dataDir: join(folder, 'kafka'), env })).brokers;
  const databaseUrl =
    env['DATABASE_URL'] ?? starting.use(await startPostgres({ dataDir: join(folder, 'postgres') })).url;
  const owned = starting.move();
  return { brokers: brokers.split(','), databaseUrl, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
