import { setTimeout as pause } from 'node:timers/promises';
import {
  closeServers,
  connectKafka,
  createUnreadableAddressReporter,
  stopDeadlineMs,
  kafkaConnection,
  listen,
  openPublisher,
  startAdmin,
  stopSignal,
  describeTopic,
  within,
} from '@callstream/runtime';
import type { AddressOptions, Log } from '@callstream/runtime';
import type { AdmitOptions } from './admission/admit.ts';
import { createApp } from './webhook/app.ts';
import { createReadBody } from './webhook/body.ts';
import { answerBrokenRequest } from './webhook/broken-request.ts';
import { spoolDir } from './config.ts';
import type { IngestConfig } from './config.ts';
import { limitConnections } from './webhook/server.ts';
import { createAuthentication, credentialsOf } from './admission/credentials.ts';
import { startDrainer } from './publish/drainer.ts';
import { createRateLimits } from './admission/rate-limits.ts';
import { createBatchingPublisher, kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createMetrics } from './metrics.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { createPublish } from './publish/publish.ts';
import { createReady } from './ready.ts';
import { createReportRefusal } from './webhook/report-refusal.ts';
import { serverOptions } from './webhook/server-options.ts';
import { createSources } from './admission/source.ts';
import { createSpoolMetrics } from './spool/metrics.ts';
import { noSpool, openSpool } from './spool/spool.ts';
import { createStoreRecord } from './publish/store.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { logTraffic } from './webhook/traffic.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';

/** Takes webhooks until it is told to stop. */
export async function run(config: IngestConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic, SPOOL_MAX_BYTES: bytesMax } = config;
  const cluster = { ...kafkaConnection(config), clientId: 'callstream-ingest', log };
  const kafka = connectKafka(cluster);
  const asked = connectKafka({ ...cluster, connects: 'once' });
  const knowledge = createTopicMetadata();

  // Closed in reverse: stop taking webhooks first, then sending from the spool, then the producer, and the spool last.
  await using spool = bytesMax === 0 ? noSpool() : await openSpool({ dir: spoolDir(config.DATA_DIR), bytesMax, log });
  await using producers = new AsyncDisposableStack();
  const publishers = Array.from({ length: config.INGEST_PRODUCERS }, () =>
    producers.use(openPublisher(kafka, { deadlineMs: kafkaDeadlineMs })),
  );
  const partitions = createPartitionBreakers((partition) => spool.status().lanes.has(partition));
  const metrics = createMetrics({ depth: () => live.depth(), away: partitions.away });
  const live = createBatchingPublisher({ publishers, partitions, metrics, log });
  await using drainer = startDrainer({
    spool,
    connect: () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs }),
    partitions,
    place: knowledge.place,
    metrics: createSpoolMetrics(metrics.registry, { spool, bytesMax }),
    log,
  });
  const publish = createPublish(createStoreRecord({ live, spool }), { topic, place: knowledge.place });
  const authentication = createAuthentication(credentialsOf(config));
  const refused = createReportRefusal(metrics, log);
  const admission = admissionOf(config, createUnreadableAddressReporter(metrics.unreadableAddresses, log));
  const app = createApp({
    webhook: { publish, readBody: createReadBody(knowledge.bodyBytesMax), authentication, metrics },
    authentication,
    admission,
    origins: config.INGEST_CORS_ORIGINS,
    hosts: config.INGEST_HOSTS,
    refused,
    log,
  });
  let stopping = false;
  const ready = createReady({ isStopping: () => stopping, askKafka: () => describeTopic(asked, topic), spool });
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.INGEST_ADMIN_PORT,
    ready,
    registry: metrics.registry,
    log,
  });
  using _traffic = logTraffic({ metrics, spool, log });
  const handle = app.callback();
  const { servers, port } = await listen(
    { hosts: config.INGEST_HOST, port: config.INGEST_PORT, options: serverOptions },
    (request, response) => void handle(request, response),
  );
  limitConnections(servers, config.INGEST_CONNECTIONS_MAX, metrics);
  for (const server of servers) server.on('clientError', answerBrokenRequest(refused, admission.sources));

  // Kafka may be away: webhooks are taken all the same.
  const learning = waitForTopic(kafka, topic, { stopped, log }).then(async (facts) => {
    if (facts) knowledge.learn(facts);
    await Promise.allSettled(publishers.map((publisher) => publisher.connect()));
    drainer.wake();
    return stopped;
  });
  log.info({ port, admin_port: admin.port, topic }, 'ingest.started');
  const signal = await Promise.race([stopped, learning, spool.failure]).finally(() => (stopping = true));
  log.info({ signal }, 'ingest.stopping');
  await pause(config.STOP_DELAY_SECONDS * 1_000);
  await within(stopDeadlineMs, closeServers(servers));
}

const admissionOf = (config: IngestConfig, onUnreadable: AddressOptions['onUnreadable']): AdmitOptions => ({
  sources: createSources({
    ...{ trustedProxies: config.INGEST_TRUSTED_PROXIES, allowed: config.INGEST_ALLOW, onUnreadable },
  }),
  limits: createRateLimits({
    requestsPerSecond: config.INGEST_REQUESTS_PER_SECOND_MAX,
    refusedPerMinute: config.INGEST_REFUSED_PER_MINUTE_MAX,
  }),
});
