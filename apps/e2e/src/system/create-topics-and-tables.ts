import { randomUUID } from 'node:crypto';
import { projectionVersion } from '@callstream/domain';
import { describeTopic, ensureTopics } from '@callstream/runtime';
import type { Kafka, Log } from '@callstream/runtime';
import { ensurePositions, migrate, readSchemas } from '@callstream/tables';
import type { Tables } from '@callstream/tables';

export interface TopicsAndTables {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly db: Tables;
  /** Of `db`. */
  readonly databaseUrl: string;
  readonly log: Log;
}

/**
 * What `projector migrate` does, but in this process, and not if the database was created with tables: one for each test file would
 * take half a second of CPU time. The command itself is run by apps/projector/src/migrate.int.test.ts, and with TLS, poolers and
 * rights by tests of their own.
 */
export async function createTopicsAndTables({ kafka, topic, db, databaseUrl, log }: TopicsAndTables): Promise<void> {
  if ((await readSchemas(db)).length === 0) await migrate(databaseUrl);
  await ensureTopics(kafka, { topic, log });
  const { partitions } = await describeTopic(kafka, topic);
  await ensurePositions(db, { topic, partitions, version: projectionVersion, logId: randomUUID() });
}
