import { connect } from '@callstream/client';
import type { Client } from '@callstream/client';
import { printable } from '@callstream/resilience';
import { addJsonOption, endOnBrokenPipe, failureLine, stopSignal } from '@callstream/runtime/command';
import { Command } from 'commander';
import { printAsJson, printAsLines } from './print.ts';
import { render } from './render.ts';
import { trackScreenState } from './screen-state.ts';
import { showOnTerminal } from './terminal.ts';

interface WatchCliOptions {
  readonly url: string;
  readonly queue?: string[];
  readonly token?: string;
  readonly json?: boolean;
}

const { CALLSTREAM_TOKEN, GATEWAY_PORT, TERM } = process.env;
const collect = (text: string, previous: string[] = []): string[] => [...previous, ...text.split(',')];
const command = new Command('watch')
  .description(
    'Shows queues, waiting calls, agents and the last changes of calls live in a terminal, until q, Esc or Ctrl-C.',
  )
  .option('--url <url>', 'WebSocket of the gateway', `ws://127.0.0.1:${GATEWAY_PORT ?? '4000'}/`)
  .option('--queue <names>', 'only these queues; separated by commas, or repeated', collect)
  .option(
    '--token <jwt>',
    'token for the gateway (default: CALLSTREAM_TOKEN; other users of this machine can see arguments)',
  )
  .addHelpText('after', '\nIf the output is not a terminal: one line per change of a call, and a summary every 5 s.');
const options = addJsonOption(
  command,
  'for programs: lines of JSON, one per change of a call ("kind":"call"), and the queues ("kind":"queues") every 5 s',
)
  .parse()
  .opts<WatchCliOptions>();

const stopped = stopSignal();
const token = options.token ?? CALLSTREAM_TOKEN;
endOnBrokenPipe(process.stdout);

/** Resolves to the reason when the gateway refuses the connection for good. */
const refused = Promise.withResolvers<string>();
{
  using client = connect(options.url, {
    ...(options.queue ? { filter: { queues: options.queue } } : {}),
    ...(token === undefined ? {} : { token: () => token }),
  });
  const quit = Promise.withResolvers<null>();
  using _shown = show(client, () => quit.resolve(null));
  client.status.subscribe(({ connection, problem }) => {
    if (connection === 'stopped') refused.resolve(problem ?? 'The gateway refused the connection.');
  });
  const problem = await Promise.race([stopped.then(() => null), quit.promise, refused.promise]);
  if (problem !== null) {
    process.exitCode = 1;
    // After the screen is restored.
    process.once('exit', () =>
      process.stderr.write(`${options.json ? failureLine(new Error(problem)) : printable(problem)}\n`),
    );
  }
}
// `stopSignal` also listens on the IPC channel of a parent process, which would keep this process alive.
if (process.connected) process.disconnect();

/** Shows what the gateway sends in the form that fits the output, until disposed. */
function show(client: Client, onQuit: () => void): Disposable {
  const { json, queue: queues } = options;
  if (json) return printAsJson(client, queues);
  if (!process.stdout.isTTY || TERM === 'dumb') return printAsLines(client, queues);
  const getState = trackScreenState(client, { queues, onEvent: () => undefined });
  return showOnTerminal({
    input: process.stdin,
    output: process.stdout,
    lines: (size, paint) => render(getState(), size, paint),
    onQuit,
  });
}
