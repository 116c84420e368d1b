import {
  addOutcomeCounts,
  callOutcome,
  callPhaseAt,
  factsOf,
  factSet,
  noOutcomeCounts,
  play,
} from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';
import { callsOfEvents, eventsOf, fixtureEvents, fixtureLog } from '@callstream/domain/testing';
import { days } from '@callstream/domain/testing/days';
import { outcomeCountsOf } from '@callstream/domain/testing/outcome-counts';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../../testing/migrated-database.ts';
import { replaceRows } from '../../../testing/replace-rows.ts';
import { bytesOfCallCount, countCalls, exportCalls, sampleCalls } from '../../index.ts';
import type { CountCallsOptions, ExportCursor, ExportedCall, Tables } from '../../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const staleAfterMs = 7_200_000;
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  // Many servers order texts as people do: pages and sums must not depend on it.
  ({ db } = stack.use(await migratedDatabase((options) => testDatabase({ ...options, language: 'en-US' }))));
});
afterAll(() => stack.disposeAsync());

const fixtures = eventsOf([...fixtureEvents.keys()].flatMap((name) => fixtureLog(name)));
const now = Date.UTC(2026, 2, 2, 20);
const period: CountCallsOptions = {
  from: '2026-03-02T13:00:00Z',
  to: '2026-03-02T14:00:00Z',
  queues: null,
  now,
  staleAfterMs,
  interval: null,
  timeZone: 'America/Sao_Paulo',
};
const counts = (overrides: Partial<CountCallsOptions>) => countCalls(db, { ...period, ...overrides });

/** All calls of the period, by pages of so many. */
async function exported(limit: number): Promise<ExportedCall[]> {
  const rows: ExportedCall[] = [];
  let after: ExportCursor | null = null;
  do {
    const options = { ...period, queues: undefined, visibleQueues: null, after, limit };
    const page: Awaited<ReturnType<typeof exportCalls>> = await exportCalls(db, options);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** The counts of these calls, by the domain. */
const countsOf = (calls: readonly Call[]) => outcomeCountsOf(calls, now, staleAfterMs);

describe('the calls that began in a period', () => {
  const inPeriod = [...callsOfEvents(fixtures).values()].filter(
    ({ isOpened, beganAt }) => isOpened && beganAt >= Date.parse(period.from) && beganAt < Date.parse(period.to),
  );
  beforeAll(() => replaceRows(db, fixtures));

  it('are counted by queue, direction and outcome', async () => {
    const byQueue = Map.groupBy(inPeriod, ({ queue }) => queue ?? '');
    expect(byQueue.size).toBeGreaterThan(2);
    const counted = await counts({});
    expect(new Map(counted.map((row) => [row.queue, row.counts]))).toEqual(
      new Map([...byQueue].map(([queue, calls]) => [queue, countsOf(calls)])),
    );
    const some = await counts({ queues: ['900'] });
    expect(some.map(({ queue }) => queue)).toEqual(['900']);
    expect(some).toEqual(counted.filter(({ queue }) => queue === '900'));
  });

  it('are counted by interval too, and the sums agree', async () => {
    const counted = await counts({ interval: '5m' });
    const sum = (rows: typeof counted) => rows.reduce((all, row) => addOutcomeCounts(all, row.counts), noOutcomeCounts);
    const intervals = counted.filter(({ begin }) => begin !== null);
    expect(intervals.length).toBeGreaterThan(2);
    expect(sum(intervals)).toEqual(countsOf(inPeriod));
    expect(sum(counted.filter(({ queue }) => queue !== null))).toEqual(countsOf(inPeriod));
    for (const { begin, counts } of intervals)
      expect(counts).toEqual(
        countsOf(inPeriod.filter(({ beganAt }) => Math.floor(beganAt / 300_000) * 300_000 === Date.parse(begin ?? ''))),
      );
  });

  it('are exported page by page, each once with the outcome that it is counted under', async () => {
    const rows = await exported(3);
    const outcomes = (calls: readonly { readonly queue: string | null; readonly outcome: string }[]) =>
      calls.map(({ queue, outcome }) => `${queue ?? ''} ${outcome}`).toSorted();
    expect(rows.map(({ aggregate_id }) => aggregate_id).toSorted()).toEqual(
      inPeriod.map(({ callId }) => callId).toSorted(),
    );
    expect(outcomes(rows)).toEqual(
      outcomes(inPeriod.map((call) => ({ queue: call.queue, outcome: callOutcome(call, now, staleAfterMs) }))),
    );
  });

  it('end after the first queue that exceeds a number of rows or of bytes of JSON', async () => {
    const all = await counts({});
    expect(await counts({ until: { rows: 2, bytes: 100_000 } })).toEqual(all.slice(0, 2));
    const first = bytesOfCallCount(all[0]!);
    expect(await counts({ until: { rows: 100, bytes: first - 1 } })).toEqual(all.slice(0, 1));
    expect(await counts({ until: { rows: 100, bytes: first } })).toEqual(all.slice(0, 2));
  });
});

it('calls that began at the same moment are exported once each, in the order of bytes as all pages', async () => {
  const timestamp = '2026-03-02T13:30:00Z';
  const bodies = ['a', 'B', 'c', 'D'].map((call_id) => JSON.stringify({ type: 'call.new', call_id, timestamp }));
  await replaceRows(db, eventsOf(bodies.map((body) => ({ body, receivedAt: timestamp }))));
  for (const limit of [1, 2, 3, 4])
    expect((await exported(limit)).map(({ aggregate_id }) => aggregate_id)).toEqual(['B', 'D', 'a', 'c']);
});

/** The phases of the calls at each moment, by playing the events until then; a call counts from its latest life on. */
function recount(events: readonly CallEvent[], moments: readonly number[]) {
  const calls = callsOfEvents(events);
  const eventsByCall = Map.groupBy(events, ({ callId }) => callId);
  return moments.map((at) => {
    const sample = { at, waiting: 0, talking: 0, other: 0 };
    for (const [callId, { beganAt, delayMs }] of calls) {
      const until = (eventsByCall.get(callId) ?? []).filter((event) => event.at + delayMs <= at);
      if (until.length === 0 || at < beganAt + delayMs) continue;
      const { state, isOpened } = play(callId, factSet(until.flatMap(factsOf)));
      if (state === 'FINISHED' || !isOpened) continue;
      sample[state === 'WAITING' ? 'waiting' : state === 'ONGOING' ? 'talking' : 'other']++;
    }
    return sample;
  });
}

const sampled = (from: number, to: number, everyMs: number, queues: readonly string[] | null = null) =>
  sampleCalls(db, {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    everyMs,
    queues,
    staleAfterMs,
  });

describe('the calls that went on at once', () => {
  it('equal the states of a replay of the events up to each moment', async () => {
    let talking = 0;
    await fc.assert(
      fc.asyncProperty(days(100), async ({ log }) => {
        const events = eventsOf(log);
        if (events.length === 0) return;
        await replaceRows(db, events);
        const [first, last] = [Math.min(...events.map(({ at }) => at)), Math.max(...events.map(({ at }) => at))];
        const samples = await sampled(first - 1_000, last + 2_000, 1_000);
        const moments = samples.map(({ at }) => at);
        expect(samples).toEqual(recount(events, moments));
        expect(samples).toHaveLength((last - first) / 1_000 + 4);
        talking += samples.reduce((sum, sample) => sum + sample.talking, 0);
      }),
      { numRuns: 30, endOnFailure: true },
    );
    expect(talking).toBeGreaterThan(0);
  });

  it('equal the phases of the domain at any moment, also of clocks that are behind, and of calls without an end', async () => {
    await replaceRows(db, fixtures);
    const calls = [...callsOfEvents(fixtures).values()];
    const [from, to] = [Date.UTC(2026, 2, 2, 13), Date.UTC(2026, 2, 2, 17)];
    const samples = await sampled(from, to, 17_000);
    const expected = samples.map(({ at }) => {
      const phases = calls.map((call) => callPhaseAt(call, at, staleAfterMs));
      const count = (phase: string) => phases.filter((one) => one === phase).length;
      return { at, waiting: count('waiting'), talking: count('talking'), other: count('other') };
    });
    expect(samples).toEqual(expected);
    expect(samples.some(({ waiting, talking, other }) => waiting > 0 && talking > 0 && other > 0)).toBe(true);
    expect(samples.at(-1)).toEqual({ at: expect.any(Number) as unknown, waiting: 0, talking: 0, other: 0 });
  });

  it('are only those of the queues asked for', async () => {
    const sum = async (queues: string[] | null) =>
      (await sampled(Date.UTC(2026, 2, 2, 13), Date.UTC(2026, 2, 2, 16), 60_000, queues)).reduce(
        (all, { waiting, talking, other }) => all + waiting + talking + other,
        0,
      );
    expect(await sum([])).toBe(0);
    expect(await sum(['900'])).toBeGreaterThan(0);
    expect(await sum(['900'])).toBeLessThan(await sum(null));
  });
});
