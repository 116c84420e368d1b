import { connect } from '@callstream/client';
import { stopSignal } from '@callstream/runtime';
import { Command } from 'commander';
import { plainEvent, render, summary } from './render.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { trackScreenState } from './screen-state.ts';
import type { BoardEvent } from './screen-state.ts';

/** How often the screen is redrawn, in ms: durations on it change every second. */
const drawEveryMs = 250;
/** How often the summary is written if the output is not a terminal, in ms. */
const lineEveryMs = 5_000;

interface WatchCliOptions {
  readonly url: string;
  readonly queue?: string[];
  readonly token?: string;
}

const { CALLSTREAM_TOKEN, GATEWAY_PORT } = process.env;
const collect = (text: string, previous: string[] = []): string[] => [...previous, ...text.split(',')];
const options = new Command('watch')
  .description('Shows queues, waiting calls, agents and the last changes of calls live in a terminal, until Ctrl-C.')
  .option('--url <url>', 'WebSocket of the gateway', `ws://127.0.0.1:${GATEWAY_PORT ?? '4000'}/`)
  .option('--queue <names>', 'only these queues; separated by commas, or repeated', collect)
  .option(
    '--token <jwt>',
    'token for the gateway (default: CALLSTREAM_TOKEN; other users of this machine can see arguments)',
  )
  .addHelpText('after', '\nIf the output is not a terminal: one line per change of a call, and a summary every 5 s.')
  .parse()
  .opts<WatchCliOptions>();

const stopped = stopSignal();
const token = options.token ?? CALLSTREAM_TOKEN;
const isTerminal = process.stdout.isTTY;
const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe ended first, e.g. `head`. Anything else, e.g. a full disk, is a failure.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`Standard output cannot be written: ${error.message}\n`);
  process.exit(1);
});

/** Resolves to the reason when the gateway refuses the connection for good. */
const refused = Promise.withResolvers<string>();
{
  using client = connect(options.url, {
    ...(options.queue ? { filter: { queues: options.queue } } : {}),
    ...(token === undefined ? {} : { token: () => token }),
  });
  const onEvent = isTerminal ? () => undefined : (event: BoardEvent) => writeLine(plainEvent(event, getState().names));
  const getState = trackScreenState(client, { queues: options.queue, onEvent });
  using screen: Screen | null = isTerminal
    ? openScreen(process.stdout, (size, paint) => render(getState(), size, paint))
    : null;
  const timer = setInterval(
    screen?.draw ?? (() => writeLine(summary(getState()))),
    isTerminal ? drawEveryMs : lineEveryMs,
  );
  client.status.subscribe(({ connection, problem }) => {
    if (connection === 'stopped') refused.resolve(problem ?? 'The gateway refused the connection.');
  });
  const problem = await Promise.race([stopped.then(() => null), refused.promise]);
  clearInterval(timer);
  if (problem !== null) {
    process.exitCode = 1;
    // After the screen is restored.
    process.once('exit', () => process.stderr.write(`${problem}\n`));
  }
}
// `stopSignal` also listens on the IPC channel of a parent process, which would keep this process alive.
if (process.connected) process.disconnect();
