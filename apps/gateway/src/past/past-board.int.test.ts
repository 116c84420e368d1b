import { jest } from '@jest/globals';
import { knownFrom } from '@callstream/domain';
import type { CallEvent, PastMoment } from '@callstream/domain';
import { eventsOf, logs } from '@callstream/domain/testing';
import { defaultRules } from '@callstream/domain/testing/agents';
import { days } from '@callstream/domain/testing/days';
import { severalFactsLogs } from '@callstream/domain/testing/several-facts';
import { testDatabase } from '@callstream/stack';
import { connectTables, migrate, pastCallLimits, readPastCalls } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { replaceRows } from '@callstream/tables/testing';
import fc from 'fast-check';
import { comparablePast, expectedPast } from '../../testing/expected-past.ts';
import { readPastBoard } from './read-past-board.ts';

// Long, so that a busy machine is no failure; a hang still is.
jest.setTimeout(60_000);

const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  const database = stack.use(await testDatabase());
  await migrate(database.url);
  db = stack.adopt(connectTables({ url: database.url }), (pool) => pool.end());
});
afterAll(() => stack.disposeAsync());

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
  const past = await readPastBoard(db, { rules, retention, names, finished }, moment);
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
