import type { Log } from '@callstream/runtime';
import { connectKafka, ensureTopics, isTransientKafkaFailure, stopSignal, topicFacts } from '@callstream/runtime';
import { connectTables, ensurePositions, migrate } from '@callstream/tables';
import { randomUUID } from 'node:crypto';
import type { ProjectorConfig } from './config.ts';
import { keepTrying } from './keep-trying.ts';
import { projectionVersion } from './version.ts';

/** How long Kafka may fail for a passing reason, in ms: brokers that start beside us do not all answer at once. */
const kafkaWithinMs = 60_000;

/** Makes what the services need and is not there yet: topics, tables, and a position for each partition. */
export async function prepare(config: ProjectorConfig, log: Log): Promise<void> {
  const applied = await migrate(config.DATABASE_URL);
  log.info({ applied }, 'tables.migrated');
  const partitions = await makeTopics(config, log);
  const db = connectTables({ url: config.DATABASE_URL, max: 1, applicationName: 'callstream-migrate' });
  await ensurePositions(db, { topic: config.KAFKA_TOPIC, partitions, version: projectionVersion, logId: randomUUID() });
  await db.end();
  log.info({ topic: config.KAFKA_TOPIC, partitions }, 'topics.ready');
}

/** What is there already stays, so what failed is done again as a whole. @returns partitions of the topic */
async function makeTopics({ KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic }: ProjectorConfig, log: Log): Promise<number> {
  const stopping = new AbortController();
  void stopSignal().then((signal) => stopping.abort(new Error(`Stopped by ${signal}. What was made stays.`)));
  const kafka = connectKafka({ brokers, clientId: 'callstream-migrate', log });
  const attempt = async (): Promise<number> => {
    await ensureTopics(kafka, { topic, log });
    return (await topicFacts(kafka, topic)).partitions;
  };
  const trying = { signal: stopping.signal, withinMs: kafkaWithinMs, onRetry: () => undefined, log };
  return keepTrying(attempt, trying).catch((error: unknown) => {
    if (!isTransientKafkaFailure(error)) throw error;
    throw new Error(
      `The topics could not be made within ${kafkaWithinMs / 1_000} s: Kafka does not answer at ${brokers.join(', ')} (${(error as Error).message}). Start it (npm start), or set KAFKA_BROKERS.`,
      { cause: error },
    );
  });
}
