import { freePort } from './free-port.ts';
import { serverProperties } from './kafka-config.ts';
import { kafkaVersion } from './kafka-jars.ts';

export interface TestServers extends AsyncDisposable {
  readonly brokers: string;
  readonly databaseUrl: string;
}

const kafkaImage = `apache/kafka:${kafkaVersion}`;
const postgresImage = 'postgres:18';

/** Starts both in Docker. @throws {Error} that names the remedy, if an image cannot be pulled or does not start */
export async function startContainers(): Promise<TestServers> {
  try {
    return await start();
  } catch (error) {
    throw new Error(
      `Docker answers, but ${postgresImage} and ${kafkaImage} do not both run: ${(error as Error).message}\n` +
        'Set CALLSTREAM_TEST_SERVERS=local to run both without Docker.',
      { cause: error },
    );
  }
}

async function start(): Promise<TestServers> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(
    await new GenericContainer(postgresImage)
      .withEnvironment({ POSTGRES_USER: 'callstream', POSTGRES_PASSWORD: 'callstream', POSTGRES_DB: 'callstream' })
      .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off'])
      .withExposedPorts(5432)
      // Twice: the image starts Postgres once to initialise, and then again.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
  );
  // Kafka advertises its address to clients, so it must be known before the start. `logDir` is a folder in the container.
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  const port = await freePort();
  const properties = serverProperties({ port, controllerPort: await freePort(), logDir: '/tmp/kafka/log' })
    .replace(`listeners=BROKER://127.0.0.1:${port}`, `listeners=BROKER://0.0.0.0:${port}`)
    .replace(`advertised.listeners=BROKER://127.0.0.1:${port}`, `advertised.listeners=BROKER://${host}:${port}`);
  starting.use(
    await new GenericContainer(kafkaImage)
      .withCopyContentToContainer([{ content: properties, target: '/mnt/shared/config/server.properties' }])
      .withExposedPorts({ container: port, host: port })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start(),
  );
  const databaseUrl = `postgres://callstream:callstream@${postgres.getHost()}:${postgres.getMappedPort(5432)}/callstream`;
  const stack = starting.move();
  return { brokers: `${host}:${port}`, databaseUrl, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
