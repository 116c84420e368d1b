import type { Log } from '@callstream/runtime';
import { connectKafka, ensureTopics, topicFacts } from '@callstream/runtime';
import { connectTables, ensurePositions, migrate } from '@callstream/tables';
import { randomUUID } from 'node:crypto';
import type { ProjectorConfig } from './config.ts';
import { projectionVersion } from './version.ts';

/** Makes what the services need and is not there yet: topics, tables, and a position for each partition. */
export async function prepare(config: ProjectorConfig, log: Log): Promise<void> {
  const applied = await migrate(config.DATABASE_URL);
  log.info({ applied }, 'tables.migrated');
  const kafka = connectKafka({ brokers: config.KAFKA_BROKERS, clientId: 'callstream-migrate', log });
  await ensureTopics(kafka, { topic: config.KAFKA_TOPIC, log });
  const { partitions } = await topicFacts(kafka, config.KAFKA_TOPIC);
  const db = connectTables({ url: config.DATABASE_URL, max: 1, applicationName: 'callstream-migrate' });
  await ensurePositions(db, { topic: config.KAFKA_TOPIC, partitions, version: projectionVersion, logId: randomUUID() });
  await db.end();
  log.info({ topic: config.KAFKA_TOPIC, partitions }, 'topics.ready');
}
