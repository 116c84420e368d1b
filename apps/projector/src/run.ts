import {
  addPoolGauges,
  connectKafka,
  databaseUrl,
  kafkaConnection,
  openPublisher,
  startAdmin,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { Log, Readiness } from '@callstream/runtime';
import { connectTables } from '@callstream/tables';
import type { ProjectorConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import { startProjection } from './projection.ts';
import type { RunningProjection } from './projection.ts';
import { createRetryTracker } from './supervision/retry-tracker.ts';

/** A statement that takes longer is given up and tried again, in ms. */
const statementTimeoutMs = 60_000;
/** A projector that is stopped (SIGSTOP) or cut off in a transaction would hold its partition for ever, in ms. */
const idleInTransactionTimeoutMs = 10_000;

/** For short batches together, for the notification, and for the look at the positions. */
const connectionsBeside = 3;

/** Longest that it takes to close, in ms. A connection that hangs must not keep the process. */
const closeWithinMs = 5_000;

/** Projects the log into the tables until it is told to stop. */
export async function run(config: ProjectorConfig, log: Log): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = stopSignal();
  const metrics = createMetrics();
  const troubles = createRetryTracker({ signal, onRetry: () => metrics.retries.inc(), log });
  const { KAFKA_TOPIC: topic, PROJECTOR_CONCURRENCY: concurrency } = config;
  const cleanup = new AsyncDisposableStack();
  try {
    const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-projector', log });
    const db = connectTables({
      ...{ url: databaseUrl(config), max: concurrency + connectionsBeside, applicationName: 'callstream-projector' },
      ...{ statementTimeoutMs, idleInTransactionTimeoutMs },
    });
    cleanup.defer(() => db.end());
    addPoolGauges(metrics.registry, { projection: db });
    const publisher = cleanup.use(openPublisher(kafka));
    let projection: RunningProjection | undefined;
    const ready = (): Readiness =>
      signal.aborted ? 'Stopping.' : projection ? projection.ready() : (troubles.describe() ?? 'Starting.');
    const admin = cleanup.use(
      await startAdmin({
        ...{ hosts: config.ADMIN_HOST, port: config.PROJECTOR_ADMIN_PORT, ready, registry: metrics.registry, log },
      }),
    );
    const starting = startProjection({
      ...{ kafka, db, publisher, topic, concurrency, troubles, metrics, signal, log },
      groupId: config.PROJECTOR_GROUP,
      refusedPerMinute: config.PROJECTOR_REFUSED_PER_MINUTE,
      stallMs: config.PROJECTOR_STALL_SECONDS * 1_000,
    });
    const running = starting.then(async (started) => {
      projection = cleanup.use(started);
      log.info({ admin_port: admin.port, topic }, 'projector.started');
      return started.failure;
    });
    const why = await Promise.race([stopped, running]);
    log.info({ signal: why }, 'projector.stopping');
  } finally {
    stopping.abort();
    await within(closeWithinMs, cleanup.disposeAsync()).catch((error: unknown) =>
      log.warn({ reason: (error as Error).message }, 'projector.cut-off'),
    );
  }
}
