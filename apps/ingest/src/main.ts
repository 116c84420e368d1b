import { createLog, renderEffectiveConfig, readConfig, runService, renderSettingsHelp } from '@callstream/runtime';
import { Command } from 'commander';
import { IngestEnv } from './config.ts';
import { drainSpool } from './drain-spool.ts';
import { run } from './run.ts';

const start = () => {
  const config = readConfig(IngestEnv, process.env);
  return { config, log: createLog({ service: 'ingest', level: config.LOG_LEVEL }) };
};

const program = new Command('ingest')
  .description('Accepts webhooks and writes their events to Kafka.')
  .addHelpText('after', renderSettingsHelp(IngestEnv))
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(IngestEnv, process.env));
    process.exit();
  });
program
  .command('run', { isDefault: true })
  .description('accept webhooks until SIGTERM or SIGINT (the default)')
  .action(async () => {
    const { config, log } = start();
    await run(config, log);
  });
program
  .command('drain')
  .description('send the events of the spool of an instance that was removed, and exit')
  .requiredOption('--dir <folder>', 'the spool: DATA_DIR/spool of that instance')
  .action(async ({ dir }: { dir: string }) => {
    const { config, log } = start();
    await drainSpool(dir, config, log);
  });

await runService(async () => {
  await program.parseAsync();
});
