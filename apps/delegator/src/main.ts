import {
  addOutputOptions,
  createLog,
  readConfig,
  renderEffectiveConfig,
  renderSettingsHelp,
  runCommand,
  runService,
} from '@callstream/runtime';
import type { CommandContext, OutputFlags } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import { checkDelegator } from './commands/check.ts';
import { replayPeriod } from './commands/replay.ts';
import type { ReplayPeriod } from './commands/replay.ts';
import { tryCall } from './commands/try.ts';
import { DelegatorEnv } from './config.ts';
import { run } from './run.ts';

const readSettings = () => readConfig(DelegatorEnv, process.env);
const output = ({ json, verbose }: OutputFlags, work: (context: CommandContext) => Promise<void>): Promise<void> =>
  runCommand({ service: 'delegator', json, verbose }, work);

function timestamp(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Not a timestamp; expected e.g. 2026-03-02T13:00:00Z.');
  return new Date(ms).toISOString();
}

const program = new Command('delegator')
  .description('Answers call.standby: asks the provider to send the call where the rules say, each call at most once.')
  .addHelpText('after', renderSettingsHelp(DelegatorEnv))
  .option('--print-config', 'print the effective settings, with secrets masked, and exit')
  .on('option:print-config', () => {
    process.stdout.write(renderEffectiveConfig(DelegatorEnv, process.env));
    process.exit();
  });
program
  .command('run', { isDefault: true })
  .description('answer calls until SIGTERM or SIGINT (the default); DELEGATOR_URL turns it on')
  .action(async () => {
    const config = readSettings();
    await run(config, createLog({ service: 'delegator', level: config.LOG_LEVEL }));
  });
addOutputOptions(
  program
    .command('check')
    .description('check the rules, with line and column of what is wrong, and the credentials; sends no call anywhere'),
).action((flags: OutputFlags) => output(flags, (context) => checkDelegator(readSettings(), context)));
addOutputOptions(
  program
    .command('try')
    .description('say which rule would win for a call, and why, as of the time of its call.standby')
    .argument('<call_id>', 'a call of the tables'),
).action((callId: string, flags: OutputFlags) => output(flags, (context) => tryCall(readSettings(), callId, context)));
addOutputOptions(
  program
    .command('replay')
    .description('say how many calls of a period each rule would have got; sends nothing')
    .requiredOption('--from <time>', 'first moment', timestamp)
    .requiredOption('--to <time>', 'moment after the last', timestamp),
).action(({ from, to, ...flags }: OutputFlags & ReplayPeriod) =>
  output(flags, (context) => replayPeriod(readSettings(), { from, to }, context)),
);

await runService(async () => {
  await program.parseAsync();
});
