import { setTimeout as pause } from 'node:timers/promises';
import {
  addPoolGauges,
  closeServers,
  connectKafka,
  createAddressOf,
  createLog,
  createUnreadableAddressReporter,
  databaseUrl,
  stopDeadlineMs,
  kafkaConnection,
  listen,
  networkOf,
  renderEffectiveConfig,
  readConfig,
  runService,
  renderSettingsHelp,
  startAdmin,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { AddressOf, Readiness } from '@callstream/runtime';
import { connectTables, listenForCommits } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { Command } from 'commander';
import { throttle } from './scheduling/throttle.ts';
import { reportBoard } from './board/metrics.ts';
import { createAuthentication } from './access/authentication.ts';
import { GatewayEnv } from './config.ts';
import { createApi, serveApi } from './http/api.ts';
import { dashboardFolder, serveDashboard } from './http/serve-dashboard.ts';
import { gatewayRequester } from './scheduling/requester.ts';
import { queriesMax } from './scheduling/limits.ts';
import { createScheduler } from './scheduling/scheduler.ts';
import { openLiveFeed } from './live/live-feed.ts';
import { createMetrics } from './metrics.ts';
import { readQueueSnapshot } from './numbers/queue-snapshot.ts';
import { cacheQueueSnapshot } from './numbers/queue-snapshot-cache.ts';
import { countingRulesOfEnv } from './numbers/counting-rules-env.ts';
import { createViewCache } from './numbers/view-cache.ts';
import { createNumberWatches } from './numbers/number-watches.ts';
import { createCallQueries } from './queries/call-queries.ts';
import { reportOutboxes } from './socket/metrics.ts';
import { createRequestHandler, rejectExcess } from './socket/requests.ts';
import { createSockets } from './socket/sockets.ts';
import { UnsentBudget, unsentBytesMaxOfHeap } from './outbox/unsent-budget.ts';
import { answerUpgradeRequired } from './http/upgrade-required.ts';

/** Least time between two DataChanged, in ms: old dashboards list everything on each. */
const dataChangedEveryMs = 100;
const dataChanged = JSON.stringify({ event: 'DataChanged', data: {} });
const minuteMs = 60_000;
/** A proxy keeps a connection that it does not use for about 60 s. It must be the one that closes: a request might be on its way. */
const keepAliveMs = 65_000;

/** Closes a pool; one of whose connections hangs must not keep the process. */
const end = (pool: Tables): Promise<void> => within(2_000, pool.end()).catch(() => undefined);

new Command('gateway')
  .description('Shows calls, agents and numbers to dashboards, over WebSocket and HTTP, until told to stop.')
  .addHelpText('after', renderSettingsHelp(GatewayEnv))
  .option('--print-config', 'print the settings in effect, secrets masked, and end')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(GatewayEnv, process.env));
    process.exit();
  })
  .parse();

await runService(async () => {
  const stopped = stopSignal();
  const config = readConfig(GatewayEnv, process.env);
  const { KAFKA_TOPIC: topic } = config;
  const url = databaseUrl(config);
  const log = createLog({ service: 'gateway', level: config.LOG_LEVEL });
  const metrics = createMetrics();
  await using cleanup = new AsyncDisposableStack();

  const db = connectTables({
    ...{ url, max: queriesMax, applicationName: 'callstream-gateway', statementTimeoutMs: 5_000 },
    answerTimeoutMs: 6_000,
  });
  cleanup.defer(() => end(db));
  const boardDb = connectTables({
    ...{ url, max: 3, applicationName: 'callstream-gateway-board', statementTimeoutMs: 30_000 },
    answerTimeoutMs: 35_000,
  });
  cleanup.defer(() => end(boardDb));
  addPoolGauges(metrics.registry, { queries: db, board: boardDb });

  const { pool, compute: enter } = createScheduler(db, metrics);

  const authentication = createAuthentication(config, log);
  const rules = countingRulesOfEnv(config);
  const floors = cacheQueueSnapshot(() =>
    pool.query(gatewayRequester, (connection) =>
      metrics.timed('floor', readQueueSnapshot(connection, rules, Date.now())),
    ),
  );
  const texts = createViewCache({ floors, enter, onMade: () => metrics.madeNumbers.inc() });
  const onFailed = (error: unknown) => {
    metrics.failures.inc({ asked_over: 'numbers' });
    log.warn({ error: String(error) }, 'numbers.failed');
  };
  const numbers = cleanup.use(createNumberWatches({ floors, texts, onFailed }));
  const unsent = new UnsentBudget({
    bytesMax: unsentBytesMaxOfHeap(),
    onShed: ({ bytes, closed }) => log.warn({ bytes, closed }, 'unsent.shed'),
  });
  const queries = createCallQueries({ pool, topic, metrics });
  const live = cleanup.use(
    openLiveFeed({
      ...{ db: boardDb, topic, metrics, log, listCallEvents: queries.listCallEvents, enter },
      kafka: connectKafka({ ...kafkaConnection(config), clientId: 'callstream-gateway', log }),
      keeping: { keepMs: config.BOARD_KEEP_MINUTES * minuteMs, staleMs: config.STALE_AFTER_MINUTES * minuteMs },
      coalesceMs: config.GATEWAY_COALESCE_MS,
    }),
  );
  reportBoard(metrics.registry, live.kept);
  const sourceOf = createAddressOf({
    trustedProxies: config.GATEWAY_TRUSTED_PROXIES,
    onUnreadable: createUnreadableAddressReporter(metrics.unreadableAddresses, log),
  });
  // Whoever has an address of IPv6 has a whole network of them.
  const addressOf: AddressOf = (request) => networkOf(sourceOf(request));
  const sockets = createSockets({
    conversation: {
      verify: authentication.verify,
      answer: createRequestHandler({ ...live, numbers, queries, metrics, log }),
      refuse: rejectExcess,
      onRoom: live.subscriptions.onRoom,
      onClosed: (client) => {
        live.subscriptions.unsubscribe(client);
        live.watches.drop(client);
        numbers.drop(client);
      },
      isResumable: live.subscriptions.has,
    },
    origins: config.GATEWAY_ORIGINS,
    addressOf,
    socketsMax: config.GATEWAY_SOCKETS_MAX,
    socketsPerAddressMax: config.GATEWAY_SOCKETS_PER_ADDRESS_MAX,
    unsent,
    metrics,
  });
  reportOutboxes(metrics.registry, sockets.queues, unsent);
  const announcing = throttle(dataChangedEveryMs, () => sockets.broadcast('DataChanged', dataChanged));
  cleanup.defer(announcing.stop);
  const onChange = () => {
    announcing.changed();
    numbers.changed();
  };
  const onLost = (error: unknown) => log.warn({ error: String(error) }, 'projection.watch-lost');
  const watch = cleanup.use(listenForCommits({ url, onChange, onLost }));

  let stopping = false;
  const ready = (): Readiness => {
    if (stopping) return 'Stopping.';
    const problem = watch.isWatching() ? live.kept.problem() : 'The projection in Postgres cannot be watched.';
    if (problem !== null) return problem;
    // No 503: it is so for every gateway, and a balancer that takes all of them out takes the live boards as well.
    const notes = [live.kept.outdated(), live.kept.heldUp(), live.kept.stall.describe()].filter(
      (note) => note !== null,
    );
    return notes.length === 0 ? null : { note: notes.join(' ') };
  };
  const admin = cleanup.use(
    await startAdmin({
      ...{ hosts: config.ADMIN_HOST, port: config.GATEWAY_ADMIN_PORT, ready, registry: metrics.registry, log },
    }),
  );
  const origins = config.GATEWAY_ORIGINS;
  const shared = { pool, queries, unsent, rules, numbers: texts };
  const api = createApi({ ...shared, authentication, origins, addressOf, metrics, log });
  const { servers, port } = await listen(
    { hosts: config.GATEWAY_HOST, port: config.GATEWAY_PORT, options: { keepAliveTimeout: keepAliveMs } },
    serveApi(api, serveDashboard(dashboardFolder, answerUpgradeRequired)),
  );
  servers.forEach(sockets.serve);

  log.info({ port, admin_port: admin.port }, 'gateway.started');
  const signal = await Promise.race([stopped, live.kept.failure]);
  stopping = true;
  log.info({ signal }, 'gateway.stopping');
  await pause(config.STOP_DELAY_SECONDS * 1_000);
  // Not listening any more when they come back: who comes back at once finds another gateway.
  const closing = closeServers(servers);
  sockets.closeAll('stopping');
  await within(stopDeadlineMs, closing);
});
