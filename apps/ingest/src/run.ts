import { setTimeout as pause } from 'node:timers/promises';
import {
  closeServers,
  connectKafka,
  createUnreadableAddressReporter,
  describeTopic,
  kafkaConnection,
  openPublisher,
  stopDeadlineMs,
  stopSignal,
  within,
} from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { createSpoolMetrics } from '@callstream/spool';
import type { Spool } from '@callstream/spool';
import { createAuthentication, credentialsOf } from './admission/credentials.ts';
import { createSenderAddresses } from './admission/sender-addresses.ts';
import type { IngestConfig } from './config.ts';
import { createMetrics } from './metrics.ts';
import type { IngestMetrics } from './metrics.ts';
import { producersAutoMax } from './publish/assign-producers.ts';
import { createBatchingPublisher, kafkaDeadlineMs } from './publish/batching-publisher.ts';
import { createPartitionBreakers } from './publish/circuit-breaker.ts';
import { createDrainPace } from './publish/drain-pace.ts';
import { startDrainer } from './publish/drainer.ts';
import { createPublish } from './publish/publish.ts';
import type { Publish } from './publish/publish.ts';
import { createTopicMetadata } from './publish/topic-metadata.ts';
import { waitForTopic } from './publish/wait-for-topic.ts';
import { createReadState } from './ready.ts';
import { wholeService } from './service-part.ts';
import type { ServicePart } from './service-part.ts';
import { spoolNames } from './spool-names.ts';
import { openSpools } from './spools.ts';
import { asteriskEdge } from './sources/asterisk.ts';
import { teravozEdge } from './sources/teravoz.ts';
import { createApp } from './webhook/app.ts';
import { createReadBody } from './webhook/body.ts';
import { answerBrokenRequest } from './webhook/broken-request.ts';
import { createReportRefusal } from './webhook/report-refusal.ts';
import { listenForWebhooks } from './webhook/server.ts';
import { skipFinishedListeners } from './webhook/skip-finished-listeners.ts';
import { logTraffic } from './webhook/traffic.ts';

/** Accepts webhooks until SIGTERM or SIGINT. `part`: what this process has of the service. */
export async function run(
  config: IngestConfig,
  log: Log,
  part: ServicePart = wholeService(config, log),
): Promise<void> {
  const stopped = stopSignal();
  const { KAFKA_TOPIC: topic, SPOOL_MAX_BYTES: bytesMax } = config;
  const connection = { ...kafkaConnection(config), clientId: 'callstream-ingest', log };
  const kafka = connectKafka(connection);
  const kafkaForReady = connectKafka({ ...connection, retryConnect: false });
  const { INGEST_PRODUCERS: setting } = config;
  const topicMetadata = createTopicMetadata(setting);
  const { partitionOf, producerOf, bodyBytesMax } = topicMetadata;
  const metrics = createMetrics(part.worker);

  // Closed in reverse: stop accepting webhooks first, then drain no more, then close the producers, and the spools last.
  await using spools = await openSpools({
    dataDir: config.DATA_DIR,
    bytesMax,
    worker: part.worker,
    workers: part.workers,
    ...(part.createRoom && { createRoom: part.createRoom }),
    log,
  });
  const { own: spool } = spools;
  await using producers = new AsyncDisposableStack();
  const connect = () => openPublisher(kafka, { deadlineMs: kafkaDeadlineMs });
  const length = setting === 'auto' ? producersAutoMax : setting;
  const publishers = Array.from({ length }, () => producers.use(connect()));
  const breakers = createPartitionBreakers((partition) => spool.status().pending.has(partition));
  const publisher = createBatchingPublisher({ publishers, producerOf, breakers, metrics, log });
  const spoolMetrics = createSpoolMetrics(metrics.registry, { spool: spools, bytesMax, names: spoolNames });
  await using drainers = new AsyncDisposableStack();
  const pace = createDrainPace();
  const wakes: (() => void)[] = [];
  const drain = (drained: Spool): void => {
    const drainer = drainers.use(
      startDrainer({ spool: drained, connect, breakers, partitionOf, pace, metrics: spoolMetrics, log }),
    );
    drainer.wake();
    wakes.push(drainer.wake);
  };
  using _opened = spools.onOpen(drain);
  const publish = createPublish({ publisher, spool, topic, partitionOf, log });

  let isStopping = false;
  const readState = createReadState({
    isStopping: () => isStopping,
    askKafka: () => describeTopic(kafkaForReady, topic),
    spool: spools,
  });
  await using _observed = await part.observe({ readState, registry: metrics.registry });
  using _traffic = logTraffic({ metrics, spool: spools, log });
  const { servers, port } = await startWebhook(config, { publish, bodyBytesMax, metrics, part, log });

  // Kafka may be unavailable: until it answers, events go to the spool.
  const connected = waitForTopic(kafka, topic, { stopped, log }).then(async (description) => {
    if (description) topicMetadata.update(description);
    await Promise.allSettled(publishers.slice(0, topicMetadata.producers()).map((each) => each.connect()));
    for (const wake of wakes) wake();
    return stopped;
  });
  await part.started({ servers, port });
  const stop = Promise.race([stopped, connected, part.retired, spools.failure]);
  const signal = await stop.finally(() => (isStopping = true));
  log.info({ signal }, 'ingest.stopping');
  // A load balancer must notice the stop of a service, but not that of a worker.
  if (signal.startsWith('SIG')) await pause(config.STOP_DELAY_SECONDS * 1_000);
  await within(stopDeadlineMs, closeServers(servers));
}

interface StartWebhookOptions {
  readonly publish: Publish;
  readonly bodyBytesMax: () => number;
  readonly metrics: IngestMetrics;
  readonly part: ServicePart;
  readonly log: Log;
}

function startWebhook(config: IngestConfig, { publish, bodyBytesMax, metrics, part, log }: StartWebhookOptions) {
  const authentication = createAuthentication(credentialsOf(config));
  const senders = createSenderAddresses({
    trustedProxies: config.INGEST_TRUSTED_PROXIES,
    allowed: config.INGEST_ALLOW,
    onUnreadable: createUnreadableAddressReporter(metrics.unreadableAddresses, log),
  });
  const reportRefusal = createReportRefusal(metrics, log);
  const handle = createApp({
    edges: [teravozEdge(authentication), asteriskEdge(authentication)],
    webhook: { publish, readBody: createReadBody(bodyBytesMax, part.readingBytesMax), metrics },
    admission: { senders, rateLimits: part.rateLimits },
    origins: config.INGEST_CORS_ORIGINS,
    hosts: config.INGEST_HOSTS,
    reportRefusal,
    log,
  }).callback();
  return listenForWebhooks(skipFinishedListeners(handle), {
    hosts: config.INGEST_HOST,
    port: config.INGEST_PORT,
    connectionsMax: part.connectionsMax,
    onClientError: answerBrokenRequest(reportRefusal, senders),
    metrics,
    log,
  });
}
