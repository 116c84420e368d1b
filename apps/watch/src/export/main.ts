import { exportDelimiters, exportFormats } from '@callstream/contracts';
import { addJsonOption, runCommand } from '@callstream/runtime/command';
import { Argument, Command, Option } from 'commander';
import { download } from './download.ts';

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
const collect = (text: string, previous: string[] = []): string[] => [...previous, ...text.split(',')];
/** Options that are parameters of the request, which the gateway checks. */
const parameters = [
  'from',
  'to',
  'queue',
  'direction',
  'outcome',
  'actor',
  'kind',
  'limit',
  'format',
  'bom',
  'delimiter',
];

const command = addJsonOption(
  new Command('export')
    .description(
      'Writes calls, queue visits, times of agents on calls, sessions of agents, or events of a period to a file, by the gateway.',
    )
    .addArgument(
      new Argument('<rows>', 'what to export').choices(['calls', 'visits', 'agent-calls', 'agent-sessions', 'events']),
    )
    .option('--from <time>', 'begin of the period: a day as 2026-03-02, or RFC 3339 (default: today)')
    .option('--to <time>', 'end of the period, exclusive, in the same form (default: tomorrow)')
    .option('--queue <names>', 'only these queues; separated by commas, or repeated', collect)
    .option('--direction <name>', 'calls: only inbound, outbound or internal ones')
    .option('--outcome <names>', 'calls and visits: only with these outcomes', collect)
    .option('--actor <names>', 'agent-calls and agent-sessions: only of these agents', collect)
    .option('--kind <names>', 'events: only of these kinds', collect)
    .option('--limit <number>', 'only the first rows')
    .addOption(new Option('--format <name>', 'of the output').choices(exportFormats).default('csv'))
    .option('--bom', 'CSV: begin with a byte order mark, so that spreadsheets read it as UTF-8')
    .addOption(
      new Option('--delimiter <name>', 'CSV: what separates the values (default: comma)').choices(exportDelimiters),
    )
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
    ),
  'for programs, only with --output: the file and its size, as one JSON document',
).parse();
const options = command.opts<ExportCliOptions>();
const [rows = ''] = command.args;
const { url, output, force = false, json = false } = options;
if (json && output === undefined) command.error('--json needs --output: without it, standard output has the rows.');

await runCommand({ service: 'export', json }, async ({ signal, printStatus, printResult, ifStopped }) => {
  ifStopped('There is no file: start it again.');
  const query = new URLSearchParams();
  for (const name of parameters) if (options[name] !== undefined) query.set(name, String(options[name]));
  const address = new URL(`/api/export/${rows}?${query.toString()}`, url);
  const token = options.token ?? CALLSTREAM_TOKEN;
  const bytes = await download({ address, token, output, force, signal, printStatus });
  if (output !== undefined) printResult({ lines: [`${output}: ${bytes} bytes`], json: { file: output, bytes } });
});
