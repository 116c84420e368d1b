import type { Client } from '@callstream/client';
import { printableJson } from '@callstream/resilience';
import type { KnownNames } from './named.ts';
import { plainEvent, summary } from './render.ts';
import { trackScreenState } from './screen-state.ts';
import type { BoardEvent, ScreenState } from './screen-state.ts';

/** Interval of the summaries, in ms. */
const summaryEveryMs = 5_000;

interface Printer {
  readonly event: (event: BoardEvent, names: KnownNames) => string;
  readonly summary: (state: ScreenState) => string;
}

type QueueFilter = readonly string[] | undefined;

/** Prints a line per change of a call, and now and then a summary, until disposed. */
export const printAsLines = (client: Client, queues: QueueFilter): Disposable =>
  print(client, queues, { event: plainEvent, summary });

/** The same for programs, as lines of JSON. */
export const printAsJson = (client: Client, queues: QueueFilter): Disposable =>
  print(client, queues, { event: eventJson, summary: summaryJson });

function print(client: Client, queues: QueueFilter, printer: Printer): Disposable {
  const writeLine = (line: string): void => void process.stdout.write(`${line}\n`);
  const onEvent = (event: BoardEvent): void => writeLine(printer.event(event, getState().names));
  const getState = trackScreenState(client, { queues, onEvent });
  const timer = setInterval(() => writeLine(printer.summary(getState())), summaryEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const timeText = (ms: number): string => new Date(ms).toISOString();

const eventJson = ({ at, what, call: { callId, queue, theirNumber } }: BoardEvent): string =>
  printableJson(
    JSON.stringify({ kind: 'call', at: timeText(at), call_id: callId, state: what, queue, their_number: theirNumber }),
  );

const summaryJson = ({ now, status, queues }: ScreenState): string =>
  printableJson(
    JSON.stringify({
      kind: 'queues',
      at: timeText(now),
      connection: status.connection,
      is_stale: status.isStale,
      problem: status.problem,
      total: queues?.total ?? null,
      queues: queues?.queues ?? null,
    }),
  );
