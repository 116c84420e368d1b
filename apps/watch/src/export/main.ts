import { exportQueries } from '@callstream/contracts';
import { addJsonOption, runCommand } from '@callstream/runtime/command';
import { Argument, Command } from 'commander';
import { download } from './download.ts';
import { parameters } from './parameters.ts';

interface ExportCliOptions {
  readonly url: string;
  readonly token?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  /** Parameters of the request. */
  readonly [parameter: string]: string | string[] | boolean | undefined;
}

const { CALLSTREAM_TOKEN, GATEWAY_PORT } = process.env;

const command = new Command('export')
  .description(
    'Writes calls, queue visits, times of agents on calls, sessions of agents, or events of a period to a file, by the gateway.',
  )
  .addArgument(new Argument('<rows>', 'what to export').choices(Object.keys(exportQueries)));
for (const option of Object.values(parameters)) command.addOption(option);
command
  .option('--output <file>', 'write to this file, which appears once it is complete (default: standard output)')
  .option('--force', 'replace the file if it exists')
  .option('--url <url>', 'HTTP address of the gateway', `http://127.0.0.1:${GATEWAY_PORT ?? '4000'}`)
  .option(
    '--token <jwt>',
    'token for the gateway (default: CALLSTREAM_TOKEN; other users of this machine can see arguments)',
  )
  .addHelpText(
    'after',
    '\nExample:\n  npm run --silent export -- calls --from 2026-03-01 --to 2026-04-01 --output calls.csv --bom' +
      '\n\nOnly rows that the token may see, with masked numbers if it masks them. If it fails, there is no file.',
  );
addJsonOption(command, 'for programs, only with --output: the file and its size, as one JSON document').parse();
const options = command.opts<ExportCliOptions>();
const [rows = ''] = command.args;
const { url, output, force = false, json = false } = options;
if (json && output === undefined) command.error('--json needs --output: without it, standard output has the rows.');

await runCommand({ service: 'export', json }, async ({ signal, printStatus, printResult, ifStopped }) => {
  ifStopped('There is no file: start it again.');
  const query = new URLSearchParams();
  for (const [name, option] of Object.entries(parameters)) {
    const value = options[option.attributeName()];
    if (value !== undefined) query.set(name, String(value));
  }
  const address = new URL(`/api/export/${rows}?${query.toString()}`, url);
  const token = options.token ?? CALLSTREAM_TOKEN;
  const bytes = await download({ address, token, output, force, signal, printStatus });
  if (output !== undefined) printResult({ lines: [`${output}: ${bytes} bytes`], json: { file: output, bytes } });
});
