import { createHash } from 'node:crypto';
import { decode, defaultOrigin } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import { countAllBuckets } from '../src/buckets/count-buckets.ts';
import { inTransaction } from '../src/connection/transaction.ts';
import type { Tables } from '../src/index.ts';
import { copyCalls } from '../src/rebuild/copy-calls.ts';
import { copyBytes, copyEvents } from './copy-events.ts';
import { factsOfCall } from './facts-of-call.ts';
import { poolOf } from '../src/connection/tables.ts';

const types = [
  'call.new',
  'call.standby',
  'call.waiting',
  'actor.ringing',
  'actor.noanswer',
  'actor.ringing',
  'actor.entered',
  'call.ongoing',
  'actor.left',
  'call.finished',
];
/** Events of each finished call. */
const eventsPerCall = types.length;
/** Number of the newest calls, which are unfinished and wait. */
const unfinishedCalls = 200;
const eventsOfUnfinished = types.indexOf('call.waiting') + 1;
const queues = 20;
const agents = 300;
/** A call starts every second, and has an event every six seconds. */
const betweenCallsMs = 1_000;
const betweenEventsMs = 6_000;

const agentOf = (i: number): string => `agent${i % agents}@example.com`;
const queueOf = (i: number): string => String(900 + (i % queues));

/**
 * Fills empty tables quickly with `events` generated events and the rows that a rebuild would write for them, in the
 * proportions of a call centre: ten events a second from `begin` on.
 */
export async function insertGeneratedCalls(db: Tables, events: number, begin = '2026-03-02T00:00:00Z'): Promise<void> {
  const calls = Math.floor(events / eventsPerCall);
  const first = Date.parse(begin);
  const begins = Array.from({ length: calls }, (_, call) => first + call * betweenCallsMs);
  const generate = (): Iterable<readonly CallEvent[]> => generateCalls(begins);
  await copyEvents(db, linesOf(generate()));
  await inTransaction(db, (client) => copyCalls(client, Iterator.from(generate()).map(factsOfCall)));
  await poolOf(db).query(countAllBuckets);
  await poolOf(db).query(
    `insert into agents (actor, queue, logged_in_at, logged_in_id, updated_at, delay_ms, heard_at)
     select 'agent' || i || '@example.com', (900 + q)::text, $1::timestamptz, 0, $1::timestamptz, 0, $1::timestamptz
     from generate_series(0, ${agents - 1}) i, generate_series(0, 1) q`,
    [begin],
  );
  await poolOf(db).query('analyze');
}

function* generateCalls(begins: readonly number[]): Generator<readonly CallEvent[]> {
  for (const [call, begin] of begins.entries()) {
    const isUnfinished = call >= begins.length - unfinishedCalls;
    yield types
      .slice(0, isUnfinished ? eventsOfUnfinished : eventsPerCall)
      .map((type, n) => generateEvent(call, type, { n, at: begin + n * betweenEventsMs }));
  }
}

function generateEvent(call: number, type: string, { n, at }: { n: number; at: number }): CallEvent {
  const numbers = { direction: 'inbound', our_number: '0800123000', their_number: `1198888${call % 10_000}` };
  const ofAgent = type.startsWith('actor.') ? { actor: agentOf(call), queue: queueOf(call) } : {};
  const ofQueue = type === 'call.waiting' ? { queue: queueOf(call) } : {};
  const body = {
    type,
    call_id: `many.${call}`,
    ...numbers,
    ...ofAgent,
    ...ofQueue,
    timestamp: new Date(at).toISOString(),
  };
  const offset = call * eventsPerCall + n;
  const uuidOf = (): string =>
    createHash('md5')
      .update(String(offset))
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const value = Buffer.from(JSON.stringify(body));
  const decoded = decode({ ...defaultOrigin, value, partition: 0, offset, receivedAt: at, uuidOf });
  if ('problem' in decoded) throw new Error(decoded.problem);
  return decoded.event;
}

function* linesOf(calls: Iterable<readonly CallEvent[]>): Generator<Buffer> {
  for (const events of calls) yield copyBytes(events);
}
