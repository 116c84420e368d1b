import { createLog, renderEffectiveConfig, readConfig, runService, renderSettingsHelp } from '@callstream/runtime';
import { Command } from 'commander';
import { ProjectorEnv } from './config.ts';
import { dlqCommand } from './dlq/command.ts';
import { prepareTopicsAndTables } from './migrate.ts';
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
  .option('--print-config', 'print the settings in effect, secrets masked, and end')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(ProjectorEnv, process.env));
    process.exit();
  });
program
  .command('run', { isDefault: true })
  .description('project until told to stop (the default)')
  .action(async () => {
    const { config, log } = start();
    await run(config, log);
  });
program
  .command('migrate')
  .description('make the topics and tables that are missing')
  .action(async () => {
    const { config, log } = start();
    await prepareTopicsAndTables(config, log);
  });
program.addCommand(topicsCommand(start));
for (const command of tableCommands(start)) program.addCommand(command);
program.addCommand(dlqCommand(process.env));

await runService(async () => {
  await program.parseAsync();
});
