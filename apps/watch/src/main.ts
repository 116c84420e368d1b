import { connect } from '@callstream/client';
import { stopSignal } from '@callstream/runtime';
import { Command } from 'commander';
import { plainEvent, summary } from './plain-text.ts';
import { render } from './render.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { trackScreenState } from './screen-state.ts';

/** How often the board is drawn, in ms: waits tick by the second. */
const drawEveryMs = 250;
/** How often a line is written where there is no terminal, in ms. */
const lineEveryMs = 5_000;

interface WatchCliOptions {
  readonly url: string;
  readonly queue?: string[];
  readonly token?: string;
}

const { CALLSTREAM_TOKEN, GATEWAY_PORT } = process.env;
const collect = (text: string, others: string[] = []): string[] => [...others, ...text.split(',')];
const options = new Command('watch')
  .description('Queues, waiting calls, agents and the last events, live in a terminal, until Ctrl-C.')
  .option('--url <url>', 'the gateway', `ws://127.0.0.1:${GATEWAY_PORT ?? '4000'}/`)
  .option('--queue <names>', 'only these; with commas, or given more than once', collect)
  .option('--token <jwt>', 'what to show the gateway (default: CALLSTREAM_TOKEN; others on this machine see arguments)')
  .addHelpText('after', '\nWithout a terminal it writes lines: an event each, and what all queues are like every 5 s.')
  .parse()
  .opts<WatchCliOptions>();

const stopped = stopSignal();
const token = options.token ?? CALLSTREAM_TOKEN;
const isTerminal = process.stdout.isTTY;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
// The other side of a pipe may end first; anything else (a full disk) is a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`What is watched cannot be written: ${error.message}\n`);
  process.exit(1);
});

/** Resolves with why the gateway does not want us any more. */
const refused = Promise.withResolvers<string>();
{
  using client = connect(options.url, {
    ...(options.queue ? { filter: { queues: options.queue } } : {}),
    ...(token === undefined ? {} : { token: () => token }),
  });
  const onEvent = isTerminal ? () => undefined : (event: Parameters<typeof plainEvent>[0]) => say(plainEvent(event));
  const shown = trackScreenState(client, { queues: options.queue, onEvent });
  using screen: Screen | null = isTerminal
    ? openScreen(process.stdout, (size, paint) => render(shown(), size, paint))
    : null;
  const timer = setInterval(screen?.draw ?? (() => say(summary(shown()))), isTerminal ? drawEveryMs : lineEveryMs);
  client.status.subscribe(({ connection, problem }) => {
    if (connection === 'stopped') refused.resolve(problem ?? 'The gateway does not want this connection.');
  });
  const problem = await Promise.race([stopped.then(() => null), refused.promise]);
  clearInterval(timer);
  if (problem !== null) {
    process.exitCode = 1;
    process.once('exit', () => process.stderr.write(`${problem}\n`));
  }
}
// Whoever waits for a stop signal holds the channel of its parent open, and with it the process.
if (process.connected) process.disconnect();
