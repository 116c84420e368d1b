import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopSignal } from '@callstream/runtime';
import { Command, InvalidArgumentError } from 'commander';
import { simulateCentre } from './centre.ts';
import { collectHeader, createPoster, defaultUrl } from './post.ts';
import { showProgress } from './progress.ts';

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function moment(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It must be a time like 2026-03-02T13:00:00Z.');
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
}

const options = new Command('simulate')
  .description('A call centre at work against the webhook, until Ctrl-C.')
  .option('--url <url>', 'where to post; with the path secret, if there is one', defaultUrl)
  .option('--header <line>', 'a header, as "Authorization: Bearer …"; may be given more than once', collectHeader)
  .option('--seed <number>', 'the same seed and --start give the same events', positive, 1)
  .option('--rate <number>', 'events per second, on average; the first minute is below it', positive, 8)
  .option('--duration <seconds>', 'stop after this time', positive)
  .option('--agents <number>', 'agents at work (default: enough for the rate)', positive)
  .option('--start <time>', 'time of the first event (default: now)', moment)
  .option('--count <number>', 'stop after this many events', positive)
  .option('--print', 'write the events to standard output as NDJSON, as fast as possible, instead of posting them')
  .parse()
  .opts<SimulateOptions>();

/** Calls last about a minute, and each makes about nine events. */
const agents = Math.round(options.agents ?? Math.max(6, options.rate * 8));
const start = options.start ?? Date.now();
const postings = simulateCentre({ seed: Math.round(options.seed), agents, rate: options.rate, start }).take(
  options.count ?? Infinity,
);

if (options.print) await print(options);
else await post(options);
// Whoever waits for a stop signal holds the channel of its parent open, and with it the process.
if (process.connected) process.disconnect();

async function print({ count, duration }: SimulateOptions): Promise<void> {
  if (count === undefined && duration === undefined)
    throw new Error('--print needs --count or --duration: the centre never closes.');
  const until = start + (duration ?? Infinity) * 1000;
  const lines = function* (): Generator<string> {
    for (const { at, body } of postings) {
      if (at > until) return;
      yield `${body}\n`;
    }
  };
  // Not faster than somebody reads. Whoever reads only the first lines has what they wanted.
  await pipeline(Readable.from(lines()), process.stdout).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  });
}

/** Posts each event when its time has come; a server that is slow does not slow down the centre, up to a bound. */
async function post({ url, duration, header }: SimulateOptions): Promise<void> {
  const connections = 256;
  const counts = { sent: 0, accepted: 0, refused: 0 };
  const refusals = new Map<string, number>();
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const began = Date.now();
  await using poster = createPoster(url, connections, header);
  const inFlight = new Set<Promise<void>>();
  // Called when one of them ends. Promise.race over all of them, for each event, would cost more than posting it.
  let ended = (): void => undefined;
  {
    using _progress = showProgress(counts, duration === undefined ? null : duration * 1000);
    for (const { at, body } of postings) {
      const due = began + (at - start) - Date.now();
      if (duration !== undefined && at - start > duration * 1000) break;
      if (due > 0) await sleep(due, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) break;
      while (inFlight.size >= connections * 4) await new Promise<void>((resolve) => (ended = resolve));
      counts.sent++;
      const posted = poster.post(body).then((refusal) => {
        if (refusal === null) counts.accepted++;
        else {
          counts.refused++;
          refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
        }
      });
      inFlight.add(posted);
      void posted.finally(() => {
        inFlight.delete(posted);
        ended();
      });
    }
    await Promise.all(inFlight);
  }
  for (const [refusal, count] of refusals) process.stderr.write(`refused ${count} ×: ${refusal}\n`);
  process.exitCode = counts.sent > 0 && counts.accepted === 0 ? 1 : 0;
}
