import { randomUUID } from 'node:crypto';
import { projectionVersion } from '@callstream/domain';
import { databaseUrl } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { connectTables, ensurePositions, migrate } from '@callstream/tables';
import { Command } from 'commander';
import type { ProjectorConfig } from './config.ts';
import { createMissingTopics } from './create-topics.ts';

/** `projector migrate`. `start` reads the settings. */
export const migrateCommand = (start: () => { config: ProjectorConfig; log: Log }): Command =>
  new Command('migrate').description('create missing topics and tables').action(async () => {
    const { config, log } = start();
    await createTopicsAndTables(config, log);
  });

/** Creates missing topics and tables, and a position for each partition. */
async function createTopicsAndTables(config: ProjectorConfig, log: Log): Promise<void> {
  const url = databaseUrl(config);
  const applied = await migrate(url);
  log.info({ applied }, 'tables.migrated');
  const partitions = await createMissingTopics(config, log);
  const db = connectTables({ url, max: 1, applicationName: 'callstream-migrate' });
  await ensurePositions(db, { topic: config.KAFKA_TOPIC, partitions, version: projectionVersion, logId: randomUUID() });
  await db.end();
}
