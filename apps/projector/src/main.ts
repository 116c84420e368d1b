import { createLog, readConfig, renderEffectiveConfig, renderSettingsHelp, runService } from '@callstream/runtime';
import { Command } from 'commander';
import { ProjectorEnv } from './config.ts';
import { dlqCommand } from './dlq/command.ts';
import { doctorCommand } from './doctor.ts';
import { migrateCommand } from './migrate.ts';
import { tableCommands } from './rebuild/commands.ts';
import { run } from './run.ts';
import { topicsCommand } from './topics-command.ts';

const readSettings = () => readConfig(ProjectorEnv, process.env);

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
    const config = readSettings();
    await run(config, createLog({ service: 'projector', level: config.LOG_LEVEL }));
  });
program.addCommand(migrateCommand(readSettings));
program.addCommand(topicsCommand(readSettings));
for (const command of tableCommands(readSettings)) program.addCommand(command);
program.addCommand(dlqCommand(process.env));
program.addCommand(doctorCommand(readSettings));

await runService(async () => {
  await program.parseAsync();
});
