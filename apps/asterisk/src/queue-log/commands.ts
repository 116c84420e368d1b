import {
  addOutputOptions,
  createLog,
  readConfig,
  renderSettingsHelp,
  runCommand,
  runService,
} from '@callstream/runtime';
import type { OutputFlags } from '@callstream/runtime';
import { Command } from 'commander';
import { QueueLogEnv } from '../config.ts';
import { follow } from '../follow/follow.ts';
import { importQueueLog } from './import.ts';
import type { ImportFlags } from './import.ts';

/** Adds `import` and `follow`, for files that the queues of an Asterisk write. */
export function addQueueLogCommands(program: Command, env: () => NodeJS.ProcessEnv): void {
  const readSettings = () => readConfig(QueueLogEnv, env());
  program.addCommand(
    addOutputOptions(
      new Command('import')
        .description(
          'Imports the past of the queues from files queue_log, also .gz: their calls are in all numbers, and never on the live board. A line counts once, however often it is imported; stopped, the same command goes on.',
        )
        .argument('<path...>', 'files, folders with files queue_log*, or globs')
        .option('--from <time>', 'only lines since then, as 2026-03-02T13:00:00Z or 2026-03-02 (UTC)')
        .option('--to <time>', 'only lines until then (default: the first live event of this PBX, else now)')
        .option('--again', 'read all lines, also those that an import has read')
        .addHelpText('after', renderSettingsHelp(QueueLogEnv)),
    ).action((paths: string[], { json, verbose, ...flags }: OutputFlags & ImportFlags) =>
      runCommand({ service: 'asterisk', json, verbose }, (context) =>
        importQueueLog(paths, flags, { config: readSettings(), context }),
      ),
    ),
  );
  program.addCommand(
    new Command('follow')
      .description(
        'Posts the lines of a file queue_log as they are written, where there is no manager interface: through rotations, and from where it stopped.',
      )
      .argument('<file>', 'the file into which Asterisk writes, e.g. /var/log/asterisk/queue_log')
      .addHelpText('after', renderSettingsHelp(QueueLogEnv))
      .action((file: string) =>
        runService(async () => {
          const config = readSettings();
          await follow(file, config, createLog({ service: 'asterisk', level: config.LOG_LEVEL }));
        }),
      ),
  );
}
