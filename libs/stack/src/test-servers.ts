import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClassArchive } from './create-class-archive.ts';
import { dockerAnswers } from './docker-answers.ts';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startContainers } from './test-containers.ts';
import type { TestServers } from './test-containers.ts';

type PrintLine = (line: string) => void;

/**
 * Starts Kafka and Postgres for one test run: in containers if Docker answers, else as processes with free ports and a temporary
 * folder. CALLSTREAM_TEST_SERVERS=local or =containers overrides this choice. For processes, CALLSTREAM_TEST_KAFKA_VERSION and
 * CALLSTREAM_TEST_POSTGRES_BIN (a folder with initdb and postgres) choose other versions.
 */
export async function startTestServers(env: NodeJS.ProcessEnv, print: PrintLine): Promise<TestServers> {
  const mode = env['CALLSTREAM_TEST_SERVERS'] ?? ((await dockerAnswers()) ? 'containers' : 'local');
  if (mode === 'containers') return startContainers();
  if (mode === 'local') return startLocal(env, print);
  throw new Error(`CALLSTREAM_TEST_SERVERS=${mode} is not valid: set it to local or containers.`);
}

async function startLocal(env: NodeJS.ProcessEnv, print: PrintLine): Promise<TestServers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-test-'));
  await using starting = new AsyncDisposableStack();
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const started = await Promise.allSettled([
    startPostgres({ dataDir: join(dataDir, 'postgres'), fsync: false }),
    startKafka({ dataDir: join(dataDir, 'kafka'), env, print }),
  ]);
  for (const result of started) if (result.status === 'fulfilled') starting.use(result.value);
  const [postgres, kafka] = started;
  if (postgres.status === 'rejected') throw postgres.reason as Error;
  if (kafka.status === 'rejected') throw kafka.reason as Error;
  // While the tests run already: they start more brokers, and those before the archive exists start without it.
  const archiving = createClassArchive({ env, print }).catch((error: unknown) =>
    print(`Kafka starts slowly, as the archive of its classes could not be created: ${(error as Error).message}`),
  );
  starting.defer(() => archiving);
  const stack = starting.move();
  return {
    brokers: kafka.value.brokers,
    databaseUrl: postgres.value.url,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
