import { createLog, readConfig, renderEffectiveConfig, renderSettingsHelp, runService } from '@callstream/runtime';
import { Command } from 'commander';
import { ProjectorEnv } from './config.ts';
import { dlqCommand } from './dlq/command.ts';
import { migrateCommand } from './migrate.ts';
import { tableCommands } from './rebuild/commands.ts';
import { run } from './run.ts';
import { topicsCommand } from './topics-command.ts';

const start = () => {
  const config = readConfig(ProjectorEnv, process.env);
  return { config, log: createLog({ service: 'projector', level: config.LOG_LEVEL }) };
};

const program = new Command('projector')
  .description('Projects the log of events into Postgres.')
  .addHelpText('after', renderSettingsHelp(ProjectorEnv))
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(ProjectorEnv, process.env));
    process.exit();
  });
program
  .command('run', { isDefault: true })
  .description('project events until SIGTERM or SIGINT (the default)')
  .action(async () => {
    const { config, log } = start();
    await run(config, log);
  });
program.addCommand(migrateCommand(start));
program.addCommand(topicsCommand(start));
for (const command of tableCommands(start)) program.addCommand(command);
program.addCommand(dlqCommand(process.env));

await runService(async () => {
  await program.parseAsync();
});
