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
import { checkDatabase, connectTables } from '@callstream/tables';
import type { ProjectorConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import { startProjection } from './projection.ts';
import type { RunningProjection } from './projection.ts';
import { createRetryTracker } from './supervision/retry-tracker.ts';

/** A statement that takes longer is cancelled and retried, in ms. */
const statementTimeoutMs = 60_000;
/** Postgres ends a transaction that is idle for this long, in ms: a frozen projector (SIGSTOP) would lock its partition for ever. */
const idleInTransactionTimeoutMs = 10_000;

/** Connections for the group commit, for the notifications, for the stall watchdog, and for the refresh of buckets. */
const extraConnections = 4;

/** Longest shutdown, in ms: a connection that hangs must not keep the process alive. */
const closeWithinMs = 5_000;

/** Projects the log into the tables until a stop signal arrives. */
export async function run(config: ProjectorConfig, log: Log): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = stopSignal();
  const metrics = createMetrics();
  const retries = createRetryTracker({ signal, onRetry: () => metrics.retries.inc(), log });
  const { KAFKA_TOPIC: topic, PROJECTOR_CONCURRENCY: concurrency } = config;
  const cleanup = new AsyncDisposableStack();
  try {
    const kafka = connectKafka({ ...kafkaConnection(config), clientId: 'callstream-projector', log });
    const db = connectTables({
      url: databaseUrl(config),
      max: concurrency + extraConnections,
      applicationName: 'callstream-projector',
      statementTimeoutMs,
      idleInTransactionTimeoutMs,
    });
    cleanup.defer(() => db.end());
    addPoolGauges(metrics.registry, { projection: db });
    const publisher = cleanup.use(openPublisher(kafka));
    let projection: RunningProjection | undefined;
    const ready = (): Readiness =>
      signal.aborted ? 'Stopping.' : projection ? projection.ready() : (retries.describe() ?? 'Starting.');
    const admin = cleanup.use(
      await startAdmin({
        hosts: config.ADMIN_HOST,
        port: config.PROJECTOR_ADMIN_PORT,
        ready,
        registry: metrics.registry,
        log,
      }),
    );
    const project = async (): Promise<never> => {
      await retries.retry(() => checkDatabase(db, { use: 'project' }));
      projection = cleanup.use(
        await startProjection({
          kafka,
          db,
          publisher,
          topic,
          groupId: config.PROJECTOR_GROUP,
          concurrency,
          refusedPerMinute: config.PROJECTOR_REFUSED_PER_MINUTE,
          stallMs: config.PROJECTOR_STALL_SECONDS * 1_000,
          retries,
          metrics,
          signal,
          log,
        }),
      );
      log.info({ admin_port: admin.port, topic }, 'projector.started');
      return projection.failure;
    };
    log.info({ signal: await Promise.race([stopped, project()]) }, 'projector.stopping');
  } finally {
    stopping.abort();
    await within(closeWithinMs, cleanup.disposeAsync()).catch((error: unknown) =>
      log.warn({ reason: (error as Error).message }, 'projector.cut-off'),
    );
  }
}
