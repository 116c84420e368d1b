import { randomUUID } from 'node:crypto';
import { projectionVersion } from '@callstream/domain';
import { databaseUrl } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { connectTables, ensurePositions, migrate } from '@callstream/tables';
import type { ProjectorConfig } from './config.ts';
import { createMissingTopics } from './create-topics.ts';

/** Makes what the services need and is not there yet: topics, tables, and a position for each partition. */
export async function prepareTopicsAndTables(config: ProjectorConfig, log: Log): Promise<void> {
  const url = databaseUrl(config);
  const applied = await migrate(url);
  log.info({ applied }, 'tables.migrated');
  const partitions = await createMissingTopics(config, log);
  const db = connectTables({ url, max: 1, applicationName: 'callstream-migrate' });
  await ensurePositions(db, { topic: config.KAFKA_TOPIC, partitions, version: projectionVersion, logId: randomUUID() });
  await db.end();
}
