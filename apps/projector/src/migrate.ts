import { randomUUID } from 'node:crypto';
import { projectionVersion } from '@callstream/domain';
import { addOutputOptions, databaseUrl, runCommand } from '@callstream/runtime';
import type { CommandContext, OutputFlags } from '@callstream/runtime';
import { checkDatabase, connectTables, ensurePositions, migrate } from '@callstream/tables';
import { Command } from 'commander';
import type { ProjectorConfig } from './config.ts';
import { checkPostgresDisk } from './disk-space.ts';
import { createMissingTopics, topicsText } from './create-topics.ts';

/** `projector migrate`. */
export const migrateCommand = (readSettings: () => ProjectorConfig): Command =>
  addOutputOptions(new Command('migrate').description('create missing topics and tables')).action(
    (flags: OutputFlags) =>
      runCommand({ service: 'projector', json: flags.json, verbose: flags.verbose }, (context) =>
        createTopicsAndTables(readSettings(), context),
      ),
  );

/** Creates missing topics and tables, and a position for each partition. */
async function createTopicsAndTables(config: ProjectorConfig, context: CommandContext): Promise<void> {
  const url = databaseUrl(config);
  context.ifStopped('What was created stays; run it again for the rest.');
  const db = connectTables({ url, max: 2, applicationName: 'callstream-migrate' });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => db.end());
  await checkDatabase(db, { use: 'migrate' });
  await checkPostgresDisk(db, 0);
  const migrations = await migrate(url);
  const topics = await createMissingTopics(config, context);
  const { topic, partitions } = topics;
  await ensurePositions(db, { topic, partitions, version: projectionVersion, logId: randomUUID() });
  const tables =
    migrations.length === 0 ? 'The tables exist.' : `Created the tables (migrations: ${migrations.join(', ')}).`;
  context.printResult({ lines: [tables, topicsText(topics)], json: { migrations, topic, partitions } });
}
