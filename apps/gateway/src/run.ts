import { setTimeout as pause } from 'node:timers/promises';
import {
  closeServers,
  connectKafka,
  createAddressOf,
  createUnreadableAddressReporter,
  databaseUrl,
  kafkaConnection,
  listen,
  networkOf,
  startAdmin,
  stopDeadlineMs,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { AddressOf, Log, Readiness } from '@callstream/runtime';
import { createAuthentication } from './access/authentication.ts';
import { createReportRefusal } from './access/report-refusal.ts';
import type { Verify } from './access/verify.ts';
import { reportBoard } from './board/metrics.ts';
import type { MaintainedBoard } from './board/maintain-board.ts';
import type { GatewayConfig } from './config.ts';
import type { ExportSlots } from './export/export-slots.ts';
import { createApi, serveApi } from './http/api.ts';
import { answerBrokenRequest } from './http/broken-request.ts';
import { dashboardFolder, serveDashboard } from './http/serve-dashboard.ts';
import { answerUpgradeRequired } from './http/upgrade-required.ts';
import { openLiveFeed } from './live/live-feed.ts';
import type { LiveFeed, LiveFeedOptions } from './live/live-feed.ts';
import { createMetrics } from './metrics.ts';
import type { GatewayMetrics } from './metrics.ts';
import { openNamesFile } from './names/names-file.ts';
import { createNumbers } from './numbers/create-numbers.ts';
import { countingRulesOfEnv } from './numbers/counting-rules-env.ts';
import type { SocketClient } from './outbox/socket-client.ts';
import { UnsentBudget, unsentBytesMaxOfHeap } from './outbox/unsent-budget.ts';
import { createPastBoards } from './past/past-boards.ts';
import { createCallQueries } from './queries/call-queries.ts';
import { startDatabaseCheck } from './queries/database-check.ts';
import { openPools } from './queries/pools.ts';
import { createScheduler } from './scheduling/scheduler.ts';
import { announceCommits } from './socket/announce-commits.ts';
import { reportOutboxes } from './socket/metrics.ts';
import { createRequestHandler, rejectExcess } from './socket/requests.ts';
import type { RequestHandlerOptions } from './socket/requests.ts';
import type { SessionHandlers } from './socket/session.ts';
import { createSockets } from './socket/sockets.ts';
import type { Sockets } from './socket/sockets.ts';

const minuteMs = 60_000;
/** Most connections per host beside those of sockets. */
const httpConnectionsMax = 2_000;
/** Proxies keep an unused connection for about 60 s. The proxy must close it first: a request might be on its way. */
const keepAliveMs = 65_000;
/** Serves WebSockets, HTTP and the dashboard until SIGTERM or SIGINT. */
export async function run(config: GatewayConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic, GATEWAY_ORIGINS: origins } = config;
  const metrics = createMetrics();

  // Closed in reverse: stop listening for commits first, then end the maintenance of the board, and close the pools last.
  await using pools = openPools(config, metrics);
  const { pool, compute, computeShort, past: schedulePast, exportSlots } = createScheduler(pools.queries, metrics);
  const authentication = createAuthentication(config, log);
  const rules = countingRulesOfEnv(config);
  using databaseCheck = startDatabaseCheck(pools.board, { use: 'serve', timeZone: rules.timeZone });
  const { staleAfterMs } = rules;
  const queries = createCallQueries({ pool, topic, staleAfterMs, metrics });
  const names = await openNamesFile({ file: config.NAMES_FILE, log });
  const numbers = createNumbers({ rules, pool, compute, computeShort, names, metrics, log });
  using numberWatches = numbers.watches;
  using _namesFollowed = names.follow(numberWatches.changed);
  const retention = { keepMs: config.BOARD_KEEP_MINUTES * minuteMs, staleAfterMs };
  await using live = startLiveFeed(config, {
    db: pools.board,
    listCallEvents: queries.listCallEvents,
    schedule: compute,
    retention,
    metrics,
    log,
  });
  reportBoard(metrics.registry, live.state, live.maintained);

  const onShed = ({ bytes, closed }: { readonly bytes: number; readonly closed: number }): void =>
    log.warn({ bytes, closed }, 'unsent.shed');
  const unsent = new UnsentBudget({ bytesMax: unsentBytesMaxOfHeap(), onShed });
  const addressOf = createNetworkOf(config, metrics, log);
  const reportRefusal = createReportRefusal(log);
  const failedLists = new Set<SocketClient>();
  const past = createPastBoards({ pool, schedule: schedulePast, rules, retention, names, metrics });
  const requests = { ...live, numbers: numberWatches, past, queries, failedLists, metrics, log };
  const sockets = createSockets({
    handlers: sessionHandlers(requests, authentication.verify),
    origins,
    addressOf,
    socketsMax: config.GATEWAY_SOCKETS_MAX,
    socketsPerAddressMax: config.GATEWAY_SOCKETS_PER_ADDRESS_MAX,
    unsent,
    reportRefusal,
    metrics,
  });
  reportOutboxes(metrics.registry, sockets.outboxLoads, unsent);
  await using commits = announceCommits(databaseUrl(config), { sockets, numberWatches, failedLists, log });

  let isStopping = false;
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.GATEWAY_ADMIN_PORT,
    ready: () => (isStopping ? 'Stopping.' : readinessOf(live.maintained, commits.isListening())),
    registry: metrics.registry,
    log,
  });
  const api = createApi({
    pool,
    exportSlots,
    topic,
    queries,
    unsent,
    rules,
    views: numbers.views,
    past,
    names,
    authentication,
    origins,
    addressOf,
    reportRefusal,
    metrics,
    log,
  });
  const onClientError = answerBrokenRequest(addressOf, reportRefusal);
  const { servers, port } = await listenForClients(config, { api, sockets, onClientError, metrics, log });

  log.info({ port, admin_port: admin.port }, 'gateway.started');
  const signal = await Promise.race([stopped, databaseCheck.failure, live.maintained.failure, commits.failure]);
  isStopping = true;
  log.info({ signal }, 'gateway.stopping');
  await pause(config.STOP_DELAY_SECONDS * 1_000);
  await stopServing({ servers, sockets, exportSlots });
}

interface Serving {
  readonly servers: Parameters<typeof closeServers>[0];
  readonly sockets: Pick<Sockets, 'closeAll'>;
  readonly exportSlots: Pick<ExportSlots, 'cutOffAll'>;
}

async function stopServing({ servers, sockets, exportSlots }: Serving): Promise<void> {
  // Stop listening before the sockets are closed: clients that reconnect at once must find another gateway.
  const closing = closeServers(servers);
  sockets.closeAll('stopping');
  exportSlots.cutOffAll();
  await within(stopDeadlineMs, closing);
}

interface ListenForClientsOptions extends Resources {
  readonly api: ReturnType<typeof createApi>;
  readonly sockets: Sockets;
  readonly onClientError: ReturnType<typeof answerBrokenRequest>;
}

async function listenForClients(
  config: GatewayConfig,
  { api, sockets, onClientError, metrics, log }: ListenForClientsOptions,
) {
  const listening = await listen(
    {
      hosts: config.GATEWAY_HOST,
      port: config.GATEWAY_PORT,
      connectionsMax: config.GATEWAY_SOCKETS_MAX + httpConnectionsMax,
      options: { keepAliveTimeout: keepAliveMs },
      log,
    },
    serveApi(api, serveDashboard(dashboardFolder, answerUpgradeRequired)),
  );
  for (const server of listening.servers) {
    sockets.serve(server);
    server.on('drop', () => metrics.droppedConnections.inc());
    server.on('clientError', onClientError);
  }
  return listening;
}

interface Resources {
  readonly metrics: GatewayMetrics;
  readonly log: Log;
}

const startLiveFeed = (
  config: GatewayConfig,
  options: Pick<LiveFeedOptions, 'db' | 'listCallEvents' | 'schedule' | 'retention'> & Resources,
): LiveFeed =>
  openLiveFeed({
    ...options,
    kafka: connectKafka({ ...kafkaConnection(config), clientId: 'callstream-gateway', log: options.log }),
    topic: config.KAFKA_TOPIC,
    coalesceMs: config.GATEWAY_COALESCE_MS,
  });

/** The address of a client, also behind trusted proxies. Of IPv6 its network: a client with one address has the whole network. */
function createNetworkOf(config: GatewayConfig, metrics: GatewayMetrics, log: Log): AddressOf {
  const addressOf = createAddressOf({
    trustedProxies: config.GATEWAY_TRUSTED_PROXIES,
    onUnreadable: createUnreadableAddressReporter(metrics.unreadableAddresses, log),
  });
  return (request) => networkOf(addressOf(request));
}

function sessionHandlers(options: RequestHandlerOptions, verify: Verify): SessionHandlers {
  const { subscriptions, watches, numbers, failedLists } = options;
  return {
    verify,
    handleRequest: createRequestHandler(options),
    rejectExcess: (read, client) => rejectExcess(read, failedLists, client),
    onRoom: (client) => {
      // The calls first: they change more often.
      subscriptions.onRoom(client);
      numbers.onRoom(client);
    },
    onClosed: (client) => {
      subscriptions.unsubscribe(client);
      watches.unwatchAll(client);
      numbers.unwatchAll(client);
      failedLists.delete(client);
    },
    isResumable: subscriptions.has,
  };
}

function readinessOf({ problem, notes }: MaintainedBoard, isListening: boolean): Readiness {
  if (!isListening) return 'The listener for commits of the projection is not connected to Postgres.';
  const unready = problem();
  if (unready !== null) return unready;
  // Not 503: these concern all gateways, and a load balancer that removes all of them removes the live boards too.
  const all = notes();
  return all.length === 0 ? null : { note: all.join(' ') };
}
