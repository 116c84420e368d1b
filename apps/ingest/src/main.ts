import {
  closeServers,
  connectKafka,
  connectPublisher,
  createLog,
  createPartitionOf,
  drainDeadlineMs,
  listen,
  readConfig,
  runService,
  startAdmin,
  stopSignal,
  topicFacts,
  within,
} from '@callstream/runtime';
import { createApp } from './app.ts';
import { createBatcher } from './batch.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { IngestEnv } from './config.ts';
import { createMetrics } from './metrics.ts';
import { createPublish } from './publish.ts';
import { createReady } from './ready.ts';
import { serverOptions } from './server-options.ts';
import { timed } from './timed.ts';
import { waitForTopic } from './wait-for-topic.ts';

/** Room that a record's key, headers and framing take in Kafka's limit, in bytes. */
const recordOverheadBytes = 8 * 1024;

await runService(async () => {
  const stopped = stopSignal();
  const config = readConfig(IngestEnv, process.env);
  const log = createLog({ service: 'ingest', level: config.LOG_LEVEL });
  const topic = config.KAFKA_TOPIC;
  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: 'callstream-ingest', log });
  const facts = await waitForTopic(kafka, topic, { stopped, log });
  if (!facts) return;
  const { partitions, messageBytesMax } = facts;

  // Closed in reverse: stop taking webhooks first, flush the producer last.
  await using publisher = await connectPublisher(kafka);
  const batcher = createBatcher((records) =>
    timed({ metrics, log, records: records.length }, () => publisher.publishBatch(records)),
  );
  const metrics = createMetrics(batcher.depth);
  const publish = createPublish(batcher, { topic, partitionOf: createPartitionOf(partitions), log });
  const app = createApp({ publish, bodyBytesMax: messageBytesMax - recordOverheadBytes, metrics, log });
  let stopping = false;
  const ready = createReady({ isStopping: () => stopping, askKafka: () => topicFacts(kafka, topic) });
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.INGEST_ADMIN_PORT,
    ready,
    registry: metrics.registry,
    log,
  });
  const handle = app.callback();
  const { servers, port } = await listen(
    { hosts: config.INGEST_HOST, port: config.INGEST_PORT, options: serverOptions },
    (request, response) => void handle(request, response),
  );

  for (const server of servers) server.on('clientError', answerBrokenRequest);

  log.info({ port, admin_port: admin.port, topic, partitions }, 'ingest.started');
  log.info({ signal: await stopped }, 'ingest.stopping');
  stopping = true;
  await within(drainDeadlineMs, closeServers(servers));
});
