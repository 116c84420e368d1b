import { projectionVersion } from '@callstream/domain';
import { addOutputOptions } from '@callstream/runtime';
import type { OutputFlags } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import type { ProjectorConfig } from '../config.ts';
import { foldRecordsDefault } from './fill/build-from-log.ts';
import { runMaintenance } from './maintenance.ts';
import type { MaintenanceWork } from './maintenance.ts';
import { needsRebuild } from './needs-rebuild.ts';
import { rebuild } from './rebuild.ts';
import type { RebuildOptions } from './rebuild.ts';
import { rollback } from './rollback.ts';
import { readStatus, statusText } from './status.ts';
import { verify } from './verify.ts';

interface RebuildFlags extends RebuildOptions, OutputFlags {
  readonly ifOlder: boolean;
  readonly unlessInUse: boolean;
}

/** Commands that work on the tables as a whole. */
export const tableCommands = (readSettings: () => ProjectorConfig): Command[] => {
  const command = (name: string, description: string, work: MaintenanceWork): Command =>
    addOutputOptions(new Command(name).description(description)).action(({ json, verbose }: OutputFlags) =>
      runMaintenance({ command: name, readSettings, json, verbose }, work),
    );
  return [
    rebuildCommand(readSettings),
    command(
      'rollback',
      'swap back to the tables that were live before the last swap; a second rollback swaps again',
      async (context, lock) => {
        await lock('rebuild');
        await rollback(context);
      },
    ),
    command(
      'verify',
      'rebuild the live tables in a separate schema and compare every row; fail if one differs',
      async (context, lock) => {
        await lock('verify');
        await verify(context);
      },
    ),
    command(
      'status',
      'positions, lag, versions and sizes of the tables, the progress of a rebuild, and unknown types and wrong clocks of the last 24 hours',
      async (context) => {
        context.ifStopped('It only reads: nothing has changed.');
        const status = await readStatus(context);
        context.printResult({ lines: [statusText(status)], json: status });
      },
    ),
  ];
};

const rebuildCommand = (readSettings: () => ProjectorConfig): Command =>
  addOutputOptions(
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
      ),
  ).action(({ ifOlder, unlessInUse, json, verbose, ...options }: RebuildFlags) =>
    runMaintenance({ command: 'rebuild', readSettings, json, verbose }, async (context, lock) => {
      context.ifStopped('Nothing has changed.');
      // Without the lock: tables that are new enough need not wait for a rebuild elsewhere.
      if (ifOlder && !(await needsRebuild(context, { unlessInUse }))) {
        context.printResult({
          lines: [`The tables are of version ${projectionVersion} already: nothing to rebuild.`],
          json: { outcome: 'up-to-date', version: projectionVersion },
        });
        return;
      }
      await lock('rebuild');
      await rebuild(context, options);
    }),
  );

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(text);
}
