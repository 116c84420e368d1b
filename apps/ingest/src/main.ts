import cluster from 'node:cluster';
import {
  addOutputOptions,
  createLog,
  renderEffectiveConfig,
  readConfig,
  runCommand,
  runService,
  renderSettingsHelp,
} from '@callstream/runtime';
import type { OutputFlags } from '@callstream/runtime';
import { Command } from 'commander';
import { IngestEnv } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { drainSpool } from './drain-spool.ts';
import { run } from './run.ts';
import { runPrimary } from './workers/run-primary.ts';
import { runWorker } from './workers/run-worker.ts';

const readSettings = () => readConfig(IngestEnv, process.env);

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
    const config = readSettings();
    const log = createLog({ service: 'ingest', level: config.LOG_LEVEL });
    if (cluster.isWorker) await runWorker(config, log);
    else await (config.INGEST_WORKERS === 1 ? run : runPrimary)(config, log);
  });
program.addCommand(
  addOutputOptions(
    new Command('drain')
      .description('send the events of the spool of an instance that was removed, and exit')
      .requiredOption(
        '--dir <folder>',
        'the spool: DATA_DIR/spool of that instance, or spool-1 … of its other workers',
      ),
  ).action(({ dir, json, verbose }: OutputFlags & { dir: string }) =>
    runCommand({ service: 'ingest', json, verbose }, (context) => drainSpool(dir, readSettings(), context)),
  ),
);
program.addCommand(doctorCommand(readSettings));

await runService(async () => {
  await program.parseAsync();
});
