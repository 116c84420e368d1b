import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { decode, factSet, factsOf, play } from '../src/index.ts';
import type { Call, CallEvent, Origin, RecordHints } from '../src/index.ts';
import { testSources } from './several-facts.ts';

/** A delivery of an event in the log; `receivedAt` is RFC 3339. */
export interface TestDelivery extends Partial<Origin>, RecordHints {
  readonly body: string;
  readonly receivedAt: string;
}

const uuidOf = (body: string, receivedAt: string) => (withTime: boolean, prefix: string) => {
  const hex = createHash('sha256')
    .update(prefix)
    .update(body)
    .update(withTime ? receivedAt : '')
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** The events of a log of one partition. @throws {Error} if a body is not an event. */
export function eventsOf(log: readonly TestDelivery[], partition = 0): CallEvent[] {
  return log.map(({ body, receivedAt, source = null, sourceName = null, hints = null }, offset) => {
    const record = {
      value: Buffer.from(body),
      source,
      sourceName,
      hints,
      partition,
      offset,
      receivedAt: Date.parse(receivedAt),
      uuidOf: uuidOf(body, receivedAt),
    };
    const decoded = decode(record, testSources.has(source ?? '') ? testSources : undefined);
    if ('problem' in decoded) throw new Error(`${decoded.problem} ${body}`);
    return decoded.event;
  });
}

/** The calls of events in any order and with duplicates, by call_id. */
export const callsOfEvents = (events: readonly CallEvent[]): Map<string, Call> =>
  new Map(
    [...Map.groupBy(events, ({ callId }) => callId ?? '')]
      .filter(([callId]) => callId !== '')
      .map(([callId, ofCall]) => [callId, play(callId, factSet(ofCall.flatMap(factsOf)))]),
  );

const fixtures = new URL('../../../fixtures/events/', import.meta.url);

/** fixtures/events: file name without its extension → its lines, which are bodies. */
export const fixtureEvents: ReadonlyMap<string, readonly string[]> = new Map(
  readdirSync(fixtures)
    .toSorted()
    .map((file) => [file.replace('.ndjson', ''), readFileSync(new URL(file, fixtures), 'utf8').trim().split('\n')]),
);

/** The same, with all times shifted so that the last is `now`: the board shows no events of months ago. */
export function fixtureEventsUntil(now: number): ReadonlyMap<string, readonly string[]> {
  const timestamps = /2026-03-02T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
  const timesOf = (body: string): number[] => [...body.matchAll(timestamps)].map(([time]) => Date.parse(time));
  const bodies = [...fixtureEvents.values()].flat();
  const shiftMs = now - Math.max(...bodies.flatMap(timesOf));
  const shifted = (body: string): string =>
    body.replaceAll(timestamps, (time) => new Date(Date.parse(time) + shiftMs).toISOString());
  return new Map([...fixtureEvents].map(([name, lines]) => [name, lines.map(shifted)]));
}

/** A file of fixtures/events as a log, received at one event a second from `receivedFrom` on, after the events' own times. */
export const fixtureLog = (name: string, receivedFrom = Date.UTC(2026, 2, 2, 14)): TestDelivery[] =>
  (fixtureEvents.get(name) ?? []).map((body, i) => ({
    body,
    receivedAt: new Date(receivedFrom + i * 1000).toISOString(),
  }));

const kinds = [
  'call.new', 'call.standby', 'call.waiting', 'call.ongoing', 'call.on-going', 'call.overflow', 'call.queue-abandon', 'call.finished',
  'call.recording-available', 'call.data-provided', 'call.teleported', 'actor.ringing', 'actor.entered', 'actor.left', 'actor.noanswer',
  'actor.logged_in', 'actor.logged-out', 'actor.paused', 'actor.unpaused', 'dialer.success',
]; // prettier-ignore

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const base = Date.UTC(2026, 2, 2, 13);
/** Few times, so that ties are common; some are not usable. */
const timestamp = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }).map((s) => new Date(base + s * 500).toISOString()) },
  fc.constantFrom('not a time', '9999-12-31T23:59:59Z', '1772456401', '2026-02-30T10:00:00Z'),
);
/** Text whose order differs between UTF-16, code points and locales. */
const awkward = ['900', '0900', 'Z', 'a', 'é', '\u{1F600}', '\uFFFD', '\uE000', 'a\u0000b', '\uD800', ' '];

/** Exceeds the limit of a destination or a number; repeated twenty times, that of a URL. */
const tooLong = 'é'.repeat(300);

const body = fc
  .record({
    type: fc.constantFrom(...kinds),
    call_id: maybe(fc.constantFrom('c1', 'c2', 'c3', '\u{1F600}', '\uFFFD')),
    timestamp: maybe(timestamp),
    queue: maybe(fc.constantFrom<string | number>(...awkward, 900)),
    destination: maybe(fc.constantFrom('900', '910', tooLong)),
    actor: maybe(fc.constantFrom('ana@example.com', 'bia@example.com', '\u{1F600}')),
    number: maybe(fc.constantFrom<string | number>('200', '201', 7)),
    code: maybe(fc.constantFrom<string | number>(...awkward, 42)),
    direction: maybe(fc.constantFrom('inbound', 'outbound', 'internal')),
    our_number: maybe(fc.constantFrom('1', '2')),
    their_number: maybe(fc.constantFrom('3', '4', tooLong)),
    url: maybe(fc.constantFrom('https://r/1', 'https://r/2', tooLong.repeat(20))),
    huge: maybe(fc.constantFrom('1e999', '1'.repeat(60), '0.10', '12345678901234567890')),
  })
  .map(({ huge, ...fields }) => {
    const text = JSON.stringify(fields);
    return huge === undefined ? text : `${text.slice(0, -1)},"huge":${huge}}`;
  });

/** Logs of 1 to `size` deliveries over a few calls, with duplicates, ties, reordering and odd values. */
export const logs = (size = 30): fc.Arbitrary<TestDelivery[]> =>
  fc
    .array(fc.tuple(body, fc.integer({ min: 0, max: 3_000 }), fc.nat(9)), { minLength: 1, maxLength: size })
    .map((rows) =>
      rows.map(([text, ms, repeat], i) => ({
        body: repeat < 3 ? (rows[Math.floor(i / 2)]?.[0] ?? text) : text,
        receivedAt: new Date(base + ms).toISOString(),
      })),
    );
