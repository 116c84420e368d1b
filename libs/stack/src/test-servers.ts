import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKafka } from './kafka.ts';
import { startPostgres } from './postgres.ts';
import { startContainers } from './test-containers.ts';
import type { TestServers } from './test-containers.ts';

type PrintLine = (line: string) => void;

/**
 * Kafka and Postgres for one test run: containers where Docker answers, else processes on free ports and a temporary
 * folder. The one place that decides it; CALLSTREAM_TEST_SERVERS=local or =containers overrules.
 * As processes, they are of other versions where CALLSTREAM_TEST_KAFKA_VERSION and CALLSTREAM_TEST_POSTGRES_BIN (a folder with
 * initdb and postgres) name them.
 */
export async function startTestServers(env: NodeJS.ProcessEnv, say: PrintLine): Promise<TestServers> {
  const wanted = env['CALLSTREAM_TEST_SERVERS'] ?? ((await dockerAnswers()) ? 'containers' : 'local');
  if (wanted === 'containers') return startContainers();
  if (wanted === 'local') return startLocal(env, say);
  throw new Error(`CALLSTREAM_TEST_SERVERS is ${wanted}: it may be local or containers.`);
}

const dockerAnswers = () =>
  promisify(execFile)('docker', ['info'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  );

async function startLocal(env: NodeJS.ProcessEnv, say: PrintLine): Promise<TestServers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'callstream-test-'));
  await using starting = new AsyncDisposableStack();
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const started = await Promise.allSettled([
    startPostgres({ dataDir: join(dataDir, 'postgres'), fsync: false }),
    startKafka({ dataDir: join(dataDir, 'kafka'), env, say }),
  ]);
  for (const one of started) if (one.status === 'fulfilled') starting.use(one.value);
  const [postgres, kafka] = started;
  if (postgres.status === 'rejected') throw postgres.reason as Error;
  if (kafka.status === 'rejected') throw kafka.reason as Error;
  const stack = starting.move();
  return {
    ...{ brokers: kafka.value.brokers, databaseUrl: postgres.value.url },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
