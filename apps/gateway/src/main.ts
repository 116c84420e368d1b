import { createLog, readConfig, renderEffectiveConfig, renderSettingsHelp, runService } from '@callstream/runtime';
import { Command } from 'commander';
import { GatewayEnv } from './config.ts';
import { run } from './run.ts';

const start = () => {
  const config = readConfig(GatewayEnv, process.env);
  return { config, log: createLog({ service: 'gateway', level: config.LOG_LEVEL }) };
};

const program = new Command('gateway')
  .description('Streams calls, queues and agents to dashboards, over WebSocket and HTTP, until SIGTERM or SIGINT.')
  .addHelpText('after', renderSettingsHelp(GatewayEnv))
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(GatewayEnv, process.env));
    process.exit();
  })
  .action(async () => {
    const { config, log } = start();
    await run(config, log);
  });

await runService(async () => {
  await program.parseAsync();
});
