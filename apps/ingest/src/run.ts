import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  closeServers,
  connectKafka,
  createUnreadableAddressReporter,
  describeTopic,
  kafkaConnection,
  openPublisher,
  startAdmin,
  stopDeadlineMs,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { createSpoolMetrics, noSpool, openSpool } from '@callstream/spool';
import { createAuthentication, credentialsOf } from './admission/credentials.ts';
import { createRateLimits } from './admission/rate-limits.ts';
import { createSenderAddresses } from './admission/sender-addresses.ts';
import type { IngestConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import type { IngestMetrics } from './metrics.ts';
import { createBatchingPublisher, kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { startDrainer } from './publish/drainer.ts';
import { createPublish } from './publish/publish.ts';
import type { Publish } from './publish/publish.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';
import { createReady } from './ready.ts';
import { spoolNames } from './spool-names.ts';
import { asteriskEdge } from './sources/asterisk.ts';
import { teravozEdge } from './sources/teravoz.ts';
import { createApp } from './webhook/app.ts';
import { createReadBody } from './webhook/body.ts';
import { answerBrokenRequest } from './webhook/broken-request.ts';
import { createReportRefusal } from './webhook/report-refusal.ts';
import { listenForWebhooks } from './webhook/server.ts';
import { skipFinishedListeners } from './webhook/skip-finished-listeners.ts';
import { logTraffic } from './webhook/traffic.ts';

/** Accepts webhooks until SIGTERM or SIGINT. */
export async function run(config: IngestConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic, SPOOL_MAX_BYTES: bytesMax } = config;
  const connection = { ...kafkaConnection(config), clientId: 'callstream-ingest', log };
  const kafka = connectKafka(connection);
  const kafkaForReady = connectKafka({ ...connection, retryConnect: false });
  const { partitionOf, bodyBytesMax, update } = createTopicMetadata();
  const metrics = createMetrics();

  // Closed in reverse: stop accepting webhooks first, then drain no more, then close the producers, and the spool last.
  await using spool =
    bytesMax === 0
      ? noSpool()
      : await openSpool({ dir: join(config.DATA_DIR, 'spool'), bytesMax, names: spoolNames, log });
  await using producers = new AsyncDisposableStack();
  const connect = () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs });
  const publishers = Array.from({ length: config.INGEST_PRODUCERS }, () => producers.use(connect()));
  const breakers = createPartitionBreakers((partition) => spool.status().pending.has(partition));
  const publisher = createBatchingPublisher({ publishers, breakers, metrics, log });
  const spoolMetrics = createSpoolMetrics(metrics.registry, { spool, bytesMax, names: spoolNames });
  await using drainer = startDrainer({ spool, connect, breakers, partitionOf, metrics: spoolMetrics, log });
  const publish = createPublish({ publisher, spool, topic, partitionOf, log });

  let isStopping = false;
  const ready = createReady({
    isStopping: () => isStopping,
    askKafka: () => describeTopic(kafkaForReady, topic),
    spool,
  });
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.INGEST_ADMIN_PORT,
    ready,
    registry: metrics.registry,
    log,
  });
  using _traffic = logTraffic({ metrics, spool, log });
  const { servers, port } = await startWebhook(config, { publish, bodyBytesMax, metrics, log });

  // Kafka may be unavailable: until it answers, events go to the spool.
  const connected = waitForTopic(kafka, topic, { stopped, log }).then(async (description) => {
    if (description) update(description);
    await Promise.allSettled(publishers.map((each) => each.connect()));
    drainer.wake();
    return stopped;
  });
  log.info({ port, admin_port: admin.port, topic }, 'ingest.started');
  const signal = await Promise.race([stopped, connected, spool.failure]).finally(() => (isStopping = true));
  log.info({ signal }, 'ingest.stopping');
  await pause(config.STOP_DELAY_SECONDS * 1_000);
  await within(stopDeadlineMs, closeServers(servers));
}

interface StartWebhookOptions {
  readonly publish: Publish;
  readonly bodyBytesMax: () => number;
  readonly metrics: IngestMetrics;
  readonly log: Log;
}

function startWebhook(config: IngestConfig, { publish, bodyBytesMax, metrics, log }: StartWebhookOptions) {
  const authentication = createAuthentication(credentialsOf(config));
  const senders = createSenderAddresses({
    trustedProxies: config.INGEST_TRUSTED_PROXIES,
    allowed: config.INGEST_ALLOW,
    onUnreadable: createUnreadableAddressReporter(metrics.unreadableAddresses, log),
  });
  const rateLimits = createRateLimits({
    requestsPerSecond: config.INGEST_REQUESTS_PER_SECOND_MAX,
    refusedPerMinute: config.INGEST_REFUSED_PER_MINUTE_MAX,
  });
  const reportRefusal = createReportRefusal(metrics, log);
  const handle = createApp({
    edges: [teravozEdge(authentication), asteriskEdge(authentication)],
    webhook: { publish, readBody: createReadBody(bodyBytesMax), metrics },
    admission: { senders, rateLimits },
    origins: config.INGEST_CORS_ORIGINS,
    hosts: config.INGEST_HOSTS,
    reportRefusal,
    log,
  }).callback();
  return listenForWebhooks(skipFinishedListeners(handle), {
    hosts: config.INGEST_HOST,
    port: config.INGEST_PORT,
    connectionsMax: config.INGEST_CONNECTIONS_MAX,
    onClientError: answerBrokenRequest(reportRefusal, senders),
    metrics,
    log,
  });
}
