import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { printable, printableJson, sleep } from '@callstream/resilience';
import { addJsonOption, runCommand, stopSignal } from '@callstream/runtime/command';
import { Command, InvalidArgumentError } from 'commander';
import { simulateCentre } from './centre.ts';
import { collectHeader, createPoster, defaultUrl } from './post.ts';
import { showProgress } from './progress.ts';
import { defaultProvider, portNumber } from './provider/options.ts';
import { startProviderServer } from './provider/server.ts';

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function timestamp(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Not a timestamp; expected e.g. 2026-03-02T13:00:00Z.');
  return ms;
}

interface SimulateOptions {
  readonly url: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly rate: number;
  readonly duration?: number;
  readonly agents?: number;
  readonly start?: number;
  readonly count?: number;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly providerPort?: number;
}

const command = new Command('simulate')
  .description('Simulates a call centre that posts its events to the webhook, until Ctrl-C.')
  .option('--url <url>', 'the webhook; with the path secret, if one is set', defaultUrl(process.env))
  .option('--header <line>', 'a header, as "Authorization: Bearer …"; may be given more than once', collectHeader)
  .option('--seed <number>', 'the same seed and --start give the same events', positive, 1)
  .option('--rate <number>', 'average number of events per second; in the first minute there are fewer', positive, 8)
  .option('--duration <seconds>', 'stop after this time', positive)
  .option('--agents <number>', 'number of agents (default: enough for the rate)', positive)
  .option('--start <time>', 'time of the first event (default: now)', timestamp)
  .option('--count <number>', 'stop after this number of events', positive)
  .option(
    '--provider-port <port>',
    'play the API of the provider too, on this port of 127.0.0.1, and send calls where its actions say (see npm run provider)',
    portNumber,
  )
  .option('--print', 'write the events to standard output as NDJSON, as fast as possible, instead of posting them');
const options = addJsonOption(command, 'for programs: at the end, the counts as one JSON document; not with --print')
  .parse()
  .opts<SimulateOptions>();

/** A call lasts about a minute and has about nine events. */
const agents = Math.round(options.agents ?? Math.max(6, options.rate * 8));
const start = options.start ?? Date.now();
/** By call_id, until it is taken; empty without an API. */
const destinations = new Map<string, string>();
function takeDestination(callId: string): string | undefined {
  const destination = destinations.get(callId);
  destinations.delete(callId);
  return destination;
}
const webhooks = simulateCentre({
  seed: Math.round(options.seed),
  agents,
  rate: options.rate,
  start,
  ...(options.providerPort !== undefined && { delegatedTo: takeDestination }),
}).take(options.count ?? Infinity);

const { json } = options;
if (options.print && json) command.error('--print and --json exclude each other: the events are JSON already.');
if (options.print) await runCommand({ service: 'simulate' }, ({ signal }) => print(options, signal));
else {
  // Ctrl-C is the usual end of it.
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  await using _provider =
    options.providerPort === undefined
      ? undefined
      : await startProviderServer({
          ...defaultProvider,
          port: options.providerPort,
          onAction: ({ callId, destination }) => void destinations.set(callId, destination),
        });
  await post(options, stopping.signal);
  // stopSignal() listens on the IPC channel, which keeps the process alive.
  if (process.connected) process.disconnect();
}

async function print({ count, duration }: SimulateOptions, signal: AbortSignal): Promise<void> {
  if (count === undefined && duration === undefined)
    throw new Error('--print needs --count or --duration: the simulation has no end.');
  const until = start + (duration ?? Infinity) * 1000;
  const lines = async function* (): AsyncGenerator<string> {
    let printed = 0;
    for (const { at, body } of webhooks) {
      // Not the signal of pipeline: that destroys standard output.
      if (signal.aborted || at > until) return;
      yield `${body}\n`;
      // A file is written synchronously: without a turn of the event loop, the signal would not arrive.
      if (++printed % 1_000 === 0) await setImmediate();
    }
  };
  await pipeline(Readable.from(lines()), process.stdout);
}

/** Posts each event at its time. A slow server does not delay later events, until too many are in flight. */
async function post({ url, duration, header }: SimulateOptions, signal: AbortSignal): Promise<void> {
  const connections = 256;
  const counts = { sent: 0, accepted: 0, refused: 0 };
  const failures = new Map<string, number>();
  const startedAt = Date.now();
  await using poster = createPoster(url, connections, header);
  const inFlight = new Set<Promise<void>>();
  // Called when a request settles. Promise.race over all of them, for each event, would cost more than the request.
  let onSettled = (): void => undefined;
  {
    using _progress = json ? null : showProgress(counts, duration === undefined ? null : duration * 1000);
    for (const { at, body } of webhooks) {
      const dueInMs = startedAt + (at - start) - Date.now();
      if (duration !== undefined && at - start > duration * 1000) break;
      if (dueInMs > 0) await sleep(dueInMs, signal);
      if (signal.aborted) break;
      while (inFlight.size >= connections * 4) await new Promise<void>((resolve) => (onSettled = resolve));
      counts.sent++;
      const request = poster.post(body).then((failure) => {
        if (failure === null) counts.accepted++;
        else {
          counts.refused++;
          failures.set(failure, (failures.get(failure) ?? 0) + 1);
        }
      });
      inFlight.add(request);
      void request.finally(() => {
        inFlight.delete(request);
        onSettled();
      });
    }
    await Promise.all(inFlight);
  }
  const result = { ...counts, refusals: Object.fromEntries(failures) };
  if (json) process.stdout.write(`${printableJson(JSON.stringify(result, null, 2))}\n`);
  else for (const [failure, count] of failures) process.stderr.write(`refused ${count} ×: ${printable(failure)}\n`);
  process.exitCode = counts.sent > 0 && counts.accepted === 0 ? 1 : 0;
}
