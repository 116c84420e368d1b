import type { Log } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { ProjectorConfig } from '../config.ts';
import { foldRecordsDefault } from './fill/build-from-log.ts';
import { runMaintenance } from './maintenance.ts';
import type { MaintenanceContext } from './maintenance.ts';
import { needsRebuild } from './needs-rebuild.ts';
import { rebuild } from './rebuild.ts';
import type { RebuildOptions } from './rebuild.ts';
import { rollback } from './rollback.ts';
import { readStatus, statusText } from './status.ts';
import { verify } from './verify.ts';

interface RebuildFlags extends RebuildOptions {
  readonly ifOlder: boolean;
  readonly unlessInUse: boolean;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Commands that work on the tables as a whole. `start` reads the settings. */
export const tableCommands = (start: () => { config: ProjectorConfig; log: Log }): Command[] => [
  new Command('rebuild')
    .description(
      'rebuild the tables from the log, beside the live ones, and swap them in; resumes an interrupted rebuild',
    )
    .option('--no-swap', 'stop when the new tables are ready; the same command without it swaps them in')
    .option(
      '--if-older',
      'do nothing if the live tables are of the projection version of this code; fail if of a newer one',
      false,
    )
    .option('--unless-in-use', 'with --if-older: fail if projectors or gateways are connected to older tables', false)
    .option('--restart', 'start over instead of resuming an interrupted rebuild', false)
    .option('--accept-loss', 'rebuild although the log has lost records that the live tables were made from', false)
    .option(
      '--batch <records>',
      'records folded in memory before they are written, for each of two connections: more is faster and takes more memory',
      atLeastOne,
      foldRecordsDefault,
    )
    .action(async ({ ifOlder, unlessInUse, ...options }: RebuildFlags) => {
      const settings = start();
      // Without the lock of the task: tables that are new enough need not wait for a rebuild elsewhere.
      const isNeeded = (context: MaintenanceContext) => needsRebuild(context, { unlessInUse });
      if (ifOlder && !(await runMaintenance({ command: 'rebuild', ...settings }, isNeeded))) return;
      await runMaintenance({ command: 'rebuild', task: 'rebuild', ...settings }, (context) =>
        rebuild(context, options),
      );
    }),
  new Command('rollback')
    .description('swap back to the tables that were live before the last swap; a second rollback swaps again')
    .action(() => runMaintenance({ command: 'rollback', task: 'rebuild', ...start() }, rollback)),
  new Command('verify')
    .description('rebuild the live tables in a separate schema and compare every row; fail if one differs')
    .action(() =>
      runMaintenance({ command: 'verify', task: 'verify', ...start() }, (context) => verify(context, print)),
    ),
  new Command('status')
    .description('positions, lag, versions and sizes of the tables, and the progress of a rebuild')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) =>
      runMaintenance({ command: 'status', ...start() }, async (context) => {
        const status = await readStatus(context);
        print(json ? JSON.stringify(status, null, 2) : statusText(status));
      }),
    ),
];

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(text);
}
