import { knownFrom } from '@callstream/domain';
import type { CallEvent, PastMoment } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { defaultRules } from '@callstream/domain/testing/agents';
import { days } from '@callstream/domain/testing/days';
import { queueLogDelivery } from '@callstream/domain/testing/pbx';
import { severalFactsLogs } from '@callstream/domain/testing/several-facts';
import { testDatabase } from '@callstream/stack';
import { pastCallLimits, readPastAgentMarks, readPastCalls } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { migratedDatabase, replaceRows } from '@callstream/tables/testing';
import fc from 'fast-check';
import { everything } from '../access/scope.ts';
import { comparablePast, expectedPast } from '../../testing/expected-past.ts';
import { readPastBoard } from './read-past-board.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

/** Without turns. */
const readNow = <Result>(read: (tables: Tables) => Promise<Result>): Promise<Result> => read(db);
const names = { queues: new Map<string, string>(), agents: new Map<string, string>() };
const minuteMs = 60_000;
/** Some events come later than the others: from a spool, or after an outage. */
const delays = fc.infiniteStream(fc.constantFrom(0, 0, 0, 0, 700, 40_000, 10 * minuteMs, 3 * 60 * minuteMs));
const anyLog = fc
  .tuple(
    fc.oneof(
      days().map(({ log }) => log),
      logs(20),
      severalFactsLogs(),
    ),
    delays,
  )
  .map(([log, delay]) =>
    log.map((delivery) => ({
      ...delivery,
      receivedAt: new Date(Date.parse(delivery.receivedAt) + (delay.next().value as number)).toISOString(),
    })),
  );
const settings = fc.record({
  staleAfterMs: fc.constantFrom(120 * minuteMs, minuteMs),
  keepMs: fc.constantFrom(30 * minuteMs, 5_000),
  finished: fc.boolean(),
  takeSeveralCalls: fc.boolean(),
});
const moments = fc.record({
  of: fc.nat(),
  later: fc.oneof(fc.integer({ min: -2_000, max: 5_000 }), fc.nat(5 * 60 * minuteMs)),
});

interface PastSettings {
  readonly staleAfterMs: number;
  readonly keepMs: number;
  readonly finished: boolean;
  readonly takeSeveralCalls: boolean;
}

/** The events must be in the tables. */
async function expectFold(events: readonly CallEvent[], moment: PastMoment, set: PastSettings): Promise<void> {
  const { keepMs, finished, staleAfterMs, takeSeveralCalls } = set;
  const retention = { keepMs, staleAfterMs };
  const thresholds = { serviceLevelMs: 3_000, shortAbandonMs: 1_000, timeZone: 'UTC' };
  const rules = { ...defaultRules, staleAfterMs, takeSeveralCalls, ...thresholds };
  const past = await readPastBoard(readNow, { rules, retention, names, finished }, moment);
  if (!past) throw new Error('The board is too large.');
  const { from, to } = past.snapshot.today;
  const today = { from: Date.parse(from), to: Date.parse(to) };
  expect(comparablePast(past)).toEqual(expectedPast(events, moment, { rules, retention, finished, today }));
}

it('the board, the queues and the agents of any moment are the fold of the events up to it, in both meanings', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, settings, fc.array(moments, { minLength: 2, maxLength: 2 }), async (log, set, times) => {
      const events = eventsOf(log);
      await replaceRows(db, events);
      for (const { of, later } of times)
        for (const known of knownFrom) {
          const event = events[of % events.length];
          const at = (event ? (of % 2 === 0 ? event.at : event.receivedAt) : 0) + later;
          await expectFold(events, { at, known }, set);
        }
    }),
    { numRuns: 30 },
  );
});

it('a call that never ended is stale by the own time of its last event, also if that waited for hours in a spool', async () => {
  const begin = Date.UTC(2026, 2, 2, 13);
  const body = JSON.stringify({ type: 'call.new', call_id: 'a', timestamp: new Date(begin).toISOString() });
  const events = eventsOf([{ body, receivedAt: new Date(begin + 180 * minuteMs).toISOString() }]);
  await replaceRows(db, events);
  const set = { staleAfterMs: 120 * minuteMs, keepMs: minuteMs, finished: true, takeSeveralCalls: false };
  await expectFold(events, { at: begin + 300 * minuteMs - 1, known: 'now' }, set);
});

it('more calls than the limit, or more bytes of them, are refused instead of being counted in part', async () => {
  const receivedAt = '2026-03-02T13:00:00.000Z';
  const log = ['a', 'b', 'c'].map((call_id) => ({
    body: JSON.stringify({ type: 'call.waiting', call_id, queue: '900', timestamp: receivedAt }),
    receivedAt,
  }));
  await replaceRows(db, eventsOf(log));
  const times = { staleAfterMs: minuteMs, keepMs: minuteMs, segmentsMs: minuteMs, finished: true };
  const read = (limits: Partial<typeof pastCallLimits>) =>
    readPastCalls(db, { at: Date.parse(receivedAt), known: 'now', ...times }, { ...pastCallLimits, ...limits });
  const all = await read({ calls: 3 });
  expect(all?.map(({ callId }) => callId).toSorted()).toEqual(['a', 'b', 'c']);
  expect(await read({ calls: 2 })).toBeNull();
  expect(await read({ bytes: 150 })).toBeNull();
});

const noon = Date.UTC(2026, 2, 2, 12);
const set: PastSettings = {
  staleAfterMs: 120 * minuteMs,
  keepMs: 5_000,
  finished: true,
  takeSeveralCalls: false,
};
/** An event of a call, by its own time and its reception in ms after noon. */
const event = (type: string, own: number, received = own) => ({
  body: JSON.stringify({ type, call_id: 'a', queue: '900', timestamp: new Date(noon + own).toISOString() }),
  receivedAt: new Date(noon + received).toISOString(),
});

it('a call that came back later counts with what it was', async () => {
  const hour = 60 * minuteMs;
  const early = ['call.new', 'call.waiting', 'call.finished'].map((type, i) => event(type, -4 * hour + i * 1_000));
  const events = eventsOf([...early, event('call.new', 8 * hour), event('call.finished', 8.1 * hour)]);
  await replaceRows(db, events);
  for (const known of knownFrom) await expectFold(events, { at: noon, known }, set);
});

it('an ended call is kept for BOARD_KEEP_MINUTES, also if that is longer than STALE_AFTER_MINUTES', async () => {
  const events = eventsOf([event('call.waiting', 0), event('call.finished', 1_000)]);
  await replaceRows(db, events);
  const longKept = { ...set, staleAfterMs: minuteMs, keepMs: 30 * minuteMs };
  for (const known of knownFrom) await expectFold(events, { at: noon + 10 * minuteMs, known }, longKept);
});

it("an agent's extension is the latest that an event had named by the moment, also if events after it named none", async () => {
  const ofAgent = (type: string, second: number, number?: string) => ({
    body: JSON.stringify({
      type,
      actor: 'ana@example.com',
      queue: '900',
      number,
      timestamp: new Date(noon + second * 1_000).toISOString(),
    }),
    receivedAt: new Date(noon + second * 1_000).toISOString(),
  });
  const log = [
    ofAgent('actor.logged-in', 0, '1001'),
    ofAgent('actor.paused', 60, '1002'),
    ofAgent('actor.unpaused', 120),
    ofAgent('actor.paused', 180),
    ofAgent('actor.unpaused', 600, '1003'),
  ];
  await replaceRows(db, eventsOf(log));
  for (const known of knownFrom) {
    const numbersAt = async (second: number) =>
      (await readPastAgentMarks(db, { ...set, at: noon + second * 1_000, known, segmentsMs: minuteMs }, noon)).map(
        ({ number }) => number,
      );
    expect(await numbersAt(30)).toEqual(['1001']);
    expect(await numbersAt(300)).toEqual(['1002']);
    expect(await numbersAt(700)).toEqual(['1003']);
  }
});

it("with then, an agent's clock is behind by the least delay of all events received by the moment, also of those that set no mark", async () => {
  const ofAgent = (type: string, second: number, delay: number) => ({
    body: JSON.stringify({
      type,
      actor: 'ana@example.com',
      queue: '900',
      timestamp: new Date(noon + second * 1_000).toISOString(),
    }),
    receivedAt: new Date(noon + (second + delay) * 1_000).toISOString(),
  });
  const log = [
    ofAgent('actor.logged-in', 0, 40),
    ofAgent('actor.paused', 60, 10),
    ofAgent('actor.unpaused', 120, 30),
    ofAgent('actor.paused', 180, 30),
    ofAgent('actor.unpaused', 240, 5),
  ];
  await replaceRows(db, eventsOf(log));
  const marksAt = async (second: number) => {
    const reads = { ...set, at: noon + second * 1_000, known: 'then', segmentsMs: minuteMs } as const;
    const [marks] = await readPastAgentMarks(db, reads, noon);
    return [marks?.paused?.at, marks?.delayMs, marks?.heardAt];
  };
  expect(await marksAt(50)).toEqual([undefined, 40_000, noon + 40_000]);
  expect(await marksAt(242)).toEqual([noon + 180_000, 10_000, noon + 190_000]);
  expect(await marksAt(245)).toEqual([noon + 180_000, 5_000, noon + 245_000]);
});

it('a visit whose clock was ahead counts for what was known then, also if its call is no longer on the board', async () => {
  const events = eventsOf([event('call.waiting', 120_000, 0), event('call.finished', 130_000, 1_000)]);
  await replaceRows(db, events);
  await expectFold(events, { at: noon + 30_000, known: 'then' }, set);
});

it('an imported call waits, is talked on and ends as its lines say, and nothing of it is late', async () => {
  const line = (second: number, rest: string) => queueLogDelivery(`${noon / 1_000 + second}|c.1|support|${rest}`);
  await replaceRows(
    db,
    eventsOf([
      line(0, 'NONE|ENTERQUEUE||1001|1'),
      line(120, 'Ana|CONNECT|120|c.2|5'),
      line(300, 'Ana|COMPLETEAGENT|120|180|1'),
    ]),
  );
  const thresholds = { serviceLevelMs: 3_000, shortAbandonMs: 1_000, timeZone: 'UTC' };
  const rules = { ...defaultRules, takeSeveralCalls: false, ...thresholds };
  const shownAt = async (second: number) => {
    const options = { rules, retention: set, names, finished: false };
    const past = await readPastBoard(readNow, options, { at: noon + second * 1_000, known: 'now' });
    if (!past) throw new Error('The board is too large.');
    const { calls, snapshot, firstReceivedAt } = past;
    return {
      calls: calls.map(({ text, lateEvents }) => [
        (JSON.parse(everything.show(text).json) as { state: string }).state,
        lateEvents,
      ]),
      live: [...snapshot.queues].map(([queue, { waiting, talking }]) => [queue, waiting, talking]),
      agents: snapshot.agents.map(({ actor, calls: on, queues }) => [
        actor,
        on.map(({ callId }) => callId),
        queues.map(({ presence }) => presence),
      ]),
      isNothingKnown: firstReceivedAt !== null,
    };
  };
  expect(await shownAt(60)).toEqual({
    calls: [['WAITING', 0]],
    live: [['support', 1, 0]],
    agents: [],
    isNothingKnown: false,
  });
  expect(await shownAt(180)).toEqual({
    calls: [['ONGOING', 0]],
    live: [['support', 0, 1]],
    agents: [['Ana', ['c.1'], ['on_call']]],
    isNothingKnown: false,
  });
  expect(await shownAt(7 * 60)).toMatchObject({ calls: [], live: [['support', 0, 0]], isNothingKnown: false });
  // Two days later nothing happened, which is known: it was before the import.
  expect(await shownAt(48 * 3_600)).toMatchObject({ calls: [], live: [], agents: [], isNothingKnown: false });
  expect(await shownAt(-60)).toMatchObject({ calls: [], live: [], agents: [], isNothingKnown: true });
});
