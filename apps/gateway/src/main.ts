import {
  closeServers,
  createLog,
  drainDeadlineMs,
  listen,
  readConfig,
  runService,
  startAdmin,
  stopSignal,
  within,
} from '@callstream/runtime';
import { connectTables, listCallEvents, listCalls, watchProjection } from '@callstream/tables';
import { atMostEvery } from './at-most-every.ts';
import { GatewayEnv } from './config.ts';
import { createMetrics } from './metrics.ts';
import { createAnswer } from './requests.ts';
import { createSharedQuery } from './shared-query.ts';
import { createSockets } from './sockets.ts';
import { useWebSocket } from './use-web-socket.ts';

/** Least time between two DataChanged, in ms: old dashboards list everything on each. */
const dataChangedEveryMs = 100;
const toJson = (rows: readonly object[]): string => JSON.stringify(rows);
const dataChanged = JSON.stringify({ event: 'DataChanged', data: {} });

await runService(async () => {
  const stopped = stopSignal();
  const config = readConfig(GatewayEnv, process.env);
  const log = createLog({ service: 'gateway', level: config.LOG_LEVEL });
  const metrics = createMetrics();
  await using cleanup = new AsyncDisposableStack();

  const db = connectTables({
    url: config.DATABASE_URL,
    applicationName: 'callstream-gateway',
    statementTimeoutMs: 5_000,
  });
  cleanup.defer(() => db.end());
  const queries = {
    listCalls: createSharedQuery((params: Parameters<typeof listCalls>[1]) =>
      metrics.timed('list-calls', listCalls(db, params)).then(toJson),
    ),
    listCallEvents: createSharedQuery((callId: string) =>
      metrics.timed('list-call-events', listCallEvents(db, { topic: config.KAFKA_TOPIC, callId })).then(toJson),
    ),
  };
  const sockets = createSockets({
    answer: createAnswer(queries, log),
    origins: config.GATEWAY_ORIGINS,
    socketsMax: config.GATEWAY_SOCKETS_MAX,
    socketsPerAddressMax: config.GATEWAY_SOCKETS_PER_ADDRESS_MAX,
    metrics,
  });
  const announcing = atMostEvery(dataChangedEveryMs, () => sockets.broadcast('DataChanged', dataChanged));
  cleanup.defer(announcing.stop);
  const onLost = (error: unknown) => log.warn({ error: String(error) }, 'projection.watch-lost');
  const watch = cleanup.use(watchProjection({ url: config.DATABASE_URL, onChange: announcing.changed, onLost }));

  const ready = () => (watch.isWatching() ? null : 'The projection in Postgres cannot be watched.');
  const admin = cleanup.use(
    await startAdmin({
      hosts: config.ADMIN_HOST,
      port: config.GATEWAY_ADMIN_PORT,
      ready,
      registry: metrics.registry,
      log,
    }),
  );
  const { servers, port } = await listen({ hosts: config.GATEWAY_HOST, port: config.GATEWAY_PORT }, useWebSocket);
  servers.forEach(sockets.serve);

  log.info({ port, admin_port: admin.port }, 'gateway.started');
  log.info({ signal: await stopped }, 'gateway.stopping');
  sockets.closeAll('stopping');
  await within(drainDeadlineMs, closeServers(servers));
});
