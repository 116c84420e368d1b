import { createLog, readConfig, renderEffectiveConfig, renderSettingsHelp, runService } from '@callstream/runtime';
import { Command } from 'commander';
import { GatewayEnv } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { run } from './run.ts';

const readSettings = () => readConfig(GatewayEnv, process.env);

const program = new Command('gateway')
  .description('Streams calls, queues and agents to dashboards, over WebSocket and HTTP, until SIGTERM or SIGINT.')
  .addHelpText('after', renderSettingsHelp(GatewayEnv))
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(GatewayEnv, process.env));
    process.exit();
  });
program
  .command('run', { isDefault: true })
  .description('serve dashboards until SIGTERM or SIGINT (the default)')
  .action(async () => {
    const config = readSettings();
    await run(config, createLog({ service: 'gateway', level: config.LOG_LEVEL }));
  });
program.addCommand(doctorCommand(readSettings));

await runService(async () => {
  await program.parseAsync();
});
