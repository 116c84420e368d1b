import type { Log } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { ProjectorConfig } from '../config.ts';
import { needsRebuild } from './needs-rebuild.ts';
import { foldRecordsDefault } from './fill/build-from-log.ts';
import { runMaintenance } from './maintenance.ts';
import type { MaintenanceContext } from './maintenance.ts';
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

/** What an operator does with the tables as a whole. `start` reads the settings. */
export const tableCommands = (start: () => { config: ProjectorConfig; log: Log }): Command[] => [
  new Command('rebuild')
    .description(
      'make the tables anew from the log, beside the live ones, and swap them in; goes on where it was interrupted',
    )
    .option('--no-swap', 'stop when the new tables are ready; the same command without it swaps them in')
    .option(
      '--if-older',
      'do nothing if the live tables are of the version of this code; fail if of a newer one',
      false,
    )
    .option('--unless-in-use', 'with --if-older: fail if projectors or gateways are connected to older tables', false)
    .option('--restart', 'begin anew, whatever an interrupted rebuild has left', false)
    .option('--accept-loss', 'go on although the log has lost what the live tables were made from', false)
    .option(
      '--batch <records>',
      'records folded in memory before they are written, by each of two connections: more is faster and takes more memory',
      atLeastOne,
      foldRecordsDefault,
    )
    .action(async ({ ifOlder, unlessInUse, ...options }: RebuildFlags) => {
      const given = start();
      // Looked at without the lock: tables that are new enough need not wait for somebody else's rebuild.
      const look = (operation: MaintenanceContext) => needsRebuild(operation, { unlessInUse });
      if (ifOlder && !(await runMaintenance({ command: 'rebuild', ...given }, look))) return;
      await runMaintenance({ command: 'rebuild', task: 'rebuild', ...given }, (operation) =>
        rebuild(operation, options),
      );
    }),
  new Command('rollback')
    .description('swap the tables back that were live before the last swap; a second one swaps again')
    .action(() => runMaintenance({ command: 'rollback', task: 'rebuild', ...start() }, rollback)),
  new Command('verify')
    .description('rebuild the live tables elsewhere and compare every row; fails if one differs')
    .action(() =>
      runMaintenance({ command: 'verify', task: 'verify', ...start() }, (operation) => verify(operation, print)),
    ),
  new Command('status')
    .description('positions, lag, versions and sizes of the tables, and how far a rebuild is')
    .option('--json', 'for programs', false)
    .action(({ json }: { json: boolean }) =>
      runMaintenance({ command: 'status', ...start() }, async (operation) => {
        const status = await readStatus(operation);
        print(json ? JSON.stringify(status, null, 2) : statusText(status));
      }),
    ),
];

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number of at least 1 is needed.');
  return Number(text);
}
