import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { startKafka } from './kafka.ts';
import { serverProperties } from './kafka-config.ts';
import { kafkaVersion } from './kafka-jars.ts';
import { startPostgres } from './postgres.ts';

export type TestServers = { brokers: string; databaseUrl: string } & AsyncDisposable;

type Say = (line: string) => void;

/**
 * Kafka and Postgres for one test run: containers where Docker answers, else processes on free ports and a temporary
 * folder. The one place that decides it; CALLSTREAM_TEST_SERVERS=local or =containers overrules.
 */
export async function startTestServers(env: NodeJS.ProcessEnv, say: Say): Promise<TestServers> {
  const wanted = env['CALLSTREAM_TEST_SERVERS'] ?? ((await dockerAnswers()) ? 'containers' : 'local');
  return wanted === 'containers' ? startContainers() : startLocal(env, say);
}

const dockerAnswers = () =>
  promisify(execFile)('docker', ['info'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  );

async function startLocal(env: NodeJS.ProcessEnv, say: Say): Promise<TestServers> {
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
  return disposable({ brokers: kafka.value.brokers, databaseUrl: postgres.value.url }, starting.move());
}

async function startContainers(): Promise<TestServers> {
  const { GenericContainer, Wait } = await import('testcontainers');
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(
    await new GenericContainer('postgres:18')
      .withEnvironment({ POSTGRES_USER: 'callstream', POSTGRES_PASSWORD: 'callstream', POSTGRES_DB: 'callstream' })
      .withCommand(['postgres', '-c', 'fsync=off'])
      .withExposedPorts(5432)
      // Twice: the image starts it once to initialise, and once for good.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
  );
  // Kafka tells its clients where it is, so its port must be known before it starts.
  const port = await freePort();
  const listeners = serverProperties({ port, controllerPort: await freePort(), dataDir: '/tmp/kafka' })
    .replaceAll(`//127.0.0.1:${port}`, `//0.0.0.0:${port}`)
    .replace(`advertised.listeners=BROKER://0.0.0.0`, `advertised.listeners=BROKER://localhost`);
  const kafka = starting.use(
    await new GenericContainer(`apache/kafka:${kafkaVersion}`)
      .withCopyContentToContainer([{ content: listeners, target: '/mnt/shared/config/server.properties' }])
      .withExposedPorts({ container: port, host: port })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start(),
  );
  const databaseUrl = `postgres://callstream:callstream@${postgres.getHost()}:${postgres.getMappedPort(5432)}/callstream`;
  return disposable({ brokers: `${kafka.getHost()}:${port}`, databaseUrl }, starting.move());
}

const disposable = (addresses: { brokers: string; databaseUrl: string }, stack: AsyncDisposableStack): TestServers => ({
  ...addresses,
  [Symbol.asyncDispose]: () => stack.disposeAsync(),
});
