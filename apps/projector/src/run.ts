import { connectKafka, connectPublisher, consume, endOffsets, startAdmin, stopSignal } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { connectTables, notifyProjected, readPositions } from '@callstream/tables';
import { checkLog } from './check-log.ts';
import type { ProjectorConfig } from './config.ts';
import { keepTrying } from './keep-trying.ts';
import { createMetrics } from './metrics.ts';
import { createNotifier } from './notifier.ts';
import { createProjectBatch } from './project-batch.ts';

/** Projects the log into the tables until it is told to stop. */
export async function run(config: ProjectorConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const stopping = new AbortController();
  const metrics = createMetrics();
  const trying = { signal: stopping.signal, onRetry: () => metrics.retries.inc(), log };
  const { KAFKA_TOPIC: topic, PROJECTOR_CONCURRENCY: concurrency } = config;

  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: 'callstream-projector', log });
  const db = connectTables({
    url: config.DATABASE_URL,
    max: concurrency + 2,
    applicationName: 'callstream-projector',
    statementTimeoutMs: 60_000,
  });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => db.end());

  const found = await keepTrying(() => readPositions(db), trying);
  await checkLog(kafka, topic, found);
  const positions = new Map(found.map(({ partition, nextOffset }) => [partition, nextOffset]));
  const publisher = cleanup.use(await connectPublisher(kafka));
  const { changed } = createNotifier(() => notifyProjected(db));
  const logStart = async (partition: number): Promise<number> =>
    (await endOffsets(kafka, topic)).get(partition)?.low ?? 0;
  const projectBatch = createProjectBatch({ db, publisher, positions, logStart, changed, metrics, log });

  let joined = false;
  const ready = (): string | null => (joined ? null : 'Not a member of the consumer group yet.');
  const admin = cleanup.use(
    await startAdmin({
      hosts: config.ADMIN_HOST,
      port: config.PROJECTOR_ADMIN_PORT,
      ready,
      registry: metrics.registry,
      log,
    }),
  );
  const projection = cleanup.use(
    await consume(kafka, {
      groupId: config.PROJECTOR_GROUP,
      topic,
      concurrency,
      positions: () => positions,
      onJoin: () => (joined = true),
      onBatch: (batch) => keepTrying(() => projectBatch(batch), trying),
      commit: true,
      log,
    }),
  );
  cleanup.defer(() => stopping.abort());

  log.info({ admin_port: admin.port, topic, partitions: positions.size }, 'projector.started');
  const signal = await Promise.race([stopped, projection.failure]);
  log.info({ signal }, 'projector.stopping');
}
