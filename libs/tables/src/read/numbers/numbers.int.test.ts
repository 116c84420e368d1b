import {
  addCounts,
  compareText,
  directionOf,
  isCurrent,
  isTalking,
  isWaiting,
  noCounts,
  noLiveCalls,
  ratesOf,
} from '@callstream/domain';
import type { CallDirection } from '@callstream/domain';
import { callsOfEvents, eventsOf, fixtureLog, fixtureEvents } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../../testing/migrated-database.ts';
import { replaceRows } from '../../../testing/replace-rows.ts';
import type { CountVisitsOptions, Tables } from '../../index.ts';
import {
  bytesOfCount,
  countLiveCalls,
  countVisits,
  readAgentMarks,
  readAgentSegments,
  readCall,
  readIntervals,
  readPeriod,
  searchCalls,
} from '../../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

interface TestEventFields {
  readonly type: string;
  readonly timestamp: string;
  readonly [field: string]: string;
}

/** Replaces the rows by those of these events, each received at its own time. */
async function write(bodies: readonly TestEventFields[]): Promise<void> {
  const events = eventsOf(bodies.map((body) => ({ body: JSON.stringify(body), receivedAt: body.timestamp })));
  await replaceRows(db, events);
}

const plus = (at: string, seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();
/** An inbound call that starts to wait at `at`, and is answered after `answeredAfter` seconds; null: it is not answered. */
function visit(call_id: string, at: string, answeredAfter: number | null, queue = '900'): TestEventFields[] {
  const waits = {
    type: 'call.waiting',
    call_id,
    queue,
    direction: 'inbound',
    their_number: '5511912345678',
    timestamp: at,
  };
  if (answeredAfter === null) return [waits];
  return [waits, { type: 'actor.entered', call_id, queue, actor: 'ana', timestamp: plus(at, answeredAfter) }];
}

const countIn = async (
  period: { from?: string; to?: string; now?: string },
  overrides: Partial<CountVisitsOptions> = {},
) => {
  const timeZone = overrides.timeZone ?? 'America/Sao_Paulo';
  const { now, ...rest } = period;
  const periodOptions = { ...rest, now: Date.parse(now ?? '2026-03-02T15:00:00Z'), timeZone };
  return countVisits(db, {
    ...(await readPeriod(db, periodOptions)),
    queues: null,
    serviceLevelMs: 20_000,
    shortAbandonMs: 5_000,
    interval: null,
    ...overrides,
    timeZone,
  });
};

describe('the visits of a day', () => {
  it('are those that started on that day in the time zone', async () => {
    // Midnight in São Paulo is 03:00 UTC.
    await write([
      ...visit('before', '2026-03-02T02:59:59.999Z', 5),
      ...visit('first', '2026-03-02T03:00:00Z', 10),
      ...visit('over-midnight', '2026-03-03T02:59:50Z', 60),
      ...visit('after', '2026-03-03T03:00:00Z', 5),
    ]);
    expect(await countIn({})).toMatchObject([
      { queue: '900', visits: 2, answered: 2, answeredInTime: 1, waitMsMax: 60_000 },
    ]);
    expect(await countIn({ from: '2026-03-02', to: '2026-03-03' })).toEqual(await countIn({}));
    expect(await countIn({}, { timeZone: 'UTC' })).toMatchObject([{ visits: 2, answeredWaitMs: 15_000 }]);
  });

  it('end after the first count that exceeds a number of rows or of bytes of JSON', async () => {
    const queues = ['a', 'b', '\x01'.repeat(500), 'x', 'y'];
    await write(queues.flatMap((queue, i) => visit(`bounded-${i}`, '2026-03-02T15:00:00Z', 5, queue)));
    const counted = await countIn({});
    expect(counted).toHaveLength(queues.length);
    const names = counted.map(({ queue }) => queue);
    const within = async (rows: number, bytes: number) =>
      (await countIn({}, { until: { rows, bytes } })).map(({ queue }) => queue);
    expect(await within(2, 100_000)).toEqual(names.slice(0, 2));
    // In JSON the name of 500 control characters has 3,002 bytes.
    const long = names.findIndex((name) => name.length === 500);
    expect(bytesOfCount(counted[long]!)).toBeGreaterThan(3_000);
    const upToLong = counted.slice(0, long + 1).reduce((sum, count) => sum + bytesOfCount(count), 0);
    expect(await within(100, upToLong - 1)).toEqual(names.slice(0, long + 1));
    expect(await within(100, upToLong)).toEqual(names.slice(0, long + 2));
    expect(await within(100, 100_000)).toEqual(names);
  });

  it('are no rows if nobody called', async () => {
    await write(visit('other-day', '2026-03-02T15:00:00Z', 5));
    expect(await countIn({ now: '2026-03-05T12:00:00Z' })).toEqual([]);
    expect(ratesOf(noCounts)).toEqual({ serviceLevel: null, abandonRate: null, asaMs: null });
  });

  it('change when an event of an earlier day arrives late', async () => {
    const waits = visit('late', '2026-03-01T15:00:00Z', null);
    await write(waits);
    const yesterday = { from: '2026-03-01', to: '2026-03-02' };
    expect(await countIn(yesterday)).toMatchObject([{ open: 1, answered: 0 }]);
    await write([...waits, ...visit('late', '2026-03-01T15:00:00Z', 7)]);
    expect(await countIn(yesterday)).toMatchObject([{ open: 0, answered: 1, answeredWaitMs: 7_000 }]);
    expect(await countIn({})).toEqual([]);
  });

  it('are counted by their exit; the longest wait is of the answered and the abandoned', async () => {
    const at = '2026-03-02T12:00:00Z';
    const left = (call_id: string, type: string): TestEventFields[] => [
      ...visit(call_id, at, null),
      { type, call_id, queue: '900', timestamp: '2026-03-02T12:00:30Z' },
    ];
    await write([
      ...visit('answered', at, 5),
      ...left('timed out', 'call.queue-timeout'),
      ...left('by key', 'call.queue-left'),
      ...left('sent out', 'call.queue-emptied'),
      ...left('withdrawn', 'call.queue-withdrawn'),
      { type: 'call.queue-empty', call_id: 'not let in', queue: '900', timestamp: at },
      { type: 'call.queue-full', call_id: 'full', queue: '900', timestamp: at },
    ]);
    expect(await countIn({})).toMatchObject([
      {
        queue: '900',
        visits: 7,
        answered: 1,
        abandoned: 0,
        timedOut: 1,
        byKey: 1,
        full: 1,
        empty: 2,
        withdrawn: 1,
        flowedOut: 0,
        open: 0,
        waitMsMax: 5_000,
      },
    ]);
  });

  it('can be counted with any thresholds, and for some queues only', async () => {
    await write([
      ...visit('a', '2026-03-02T12:00:00Z', 25),
      ...visit('b', '2026-03-02T12:01:00Z', 5),
      ...visit('c', '2026-03-02T12:02:00Z', null, '901'),
      { type: 'call.queue-abandon', call_id: 'c', queue: '901', timestamp: '2026-03-02T12:02:04Z' },
    ]);
    expect(await countIn({}, { serviceLevelMs: 25_000 })).toMatchObject([
      { queue: '900', answeredInTime: 2 },
      { queue: '901', abandoned: 1, abandonedShort: 1 },
    ]);
    expect(await countIn({}, { serviceLevelMs: 24_999, shortAbandonMs: 3_999, queues: ['901'] })).toMatchObject([
      { queue: '901', abandoned: 1, abandonedShort: 0 },
    ]);
    const whole = (await countIn({})).reduce(addCounts, noCounts);
    expect(ratesOf(whole)).toEqual({ serviceLevel: 0.5, abandonRate: 0, asaMs: 15_000 });
  });
});

describe('a day on which daylight saving time starts or ends', () => {
  const timeZone = 'Europe/Lisbon';
  const read = async (from: string, to: string, interval: 'hour' | 'day' | 'month' | '15m' | '5m') =>
    readIntervals(db, { ...(await readPeriod(db, { from, to, now: 0, timeZone })), interval, timeZone });

  it('has 23 hours in spring, and 25 in autumn', async () => {
    expect(await read('2026-03-29', '2026-03-30', 'hour')).toHaveLength(23);
    expect(await read('2026-10-25', '2026-10-26', 'hour')).toHaveLength(25);
    expect(await read('2026-10-25', '2026-10-26', '15m')).toHaveLength(100);
    expect(await read('2026-10-25', '2026-10-26', '5m')).toHaveLength(300);
    expect(await read('2026-10-24', '2026-10-27', 'day')).toEqual([
      '2026-10-23T23:00:00.000Z',
      '2026-10-24T23:00:00.000Z',
      '2026-10-26T00:00:00.000Z',
    ]);
    expect(await read('2026-01-31', '2026-05-01', 'month')).toHaveLength(4);
  });

  it('has the repeated hour as two intervals', async () => {
    await write([...visit('first', '2026-10-25T00:30:00Z', 5), ...visit('second', '2026-10-25T01:30:00Z', 5)]);
    const hours = await countIn({ from: '2026-10-25', to: '2026-10-26' }, { timeZone, interval: 'hour' });
    expect(hours.map(({ begin, visits }) => [begin, visits])).toEqual([
      ['2026-10-25T00:00:00.000Z', 1],
      ['2026-10-25T01:00:00.000Z', 1],
    ]);
  });

  it('starts at 01:00 if midnight does not exist', async () => {
    const { from } = await readPeriod(db, { from: '2018-11-04', now: 0, timeZone: 'America/Sao_Paulo' });
    expect(from).toBe('2018-11-04T03:00:00.000Z');
  });

  it('has hours of the local clock, which may start at a half hour of UTC', async () => {
    const india = { from: '2026-03-02T00:00:00Z', to: '2026-03-02T02:00:00Z', timeZone: 'Asia/Kolkata' };
    expect(await readIntervals(db, { ...india, interval: 'hour' })).toEqual([
      '2026-03-01T23:30:00.000Z',
      '2026-03-02T00:30:00.000Z',
      '2026-03-02T01:30:00.000Z',
    ]);
  });
});

describe('the visits of a period in any time zone', () => {
  /** Local time to the length of the interval, by the time zones of JavaScript instead of those of Postgres. */
  const labelOf = (at: string, timeZone: string, interval: 'hour' | 'day' | 'month'): string => {
    const day = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    // With the offset: a repeated hour is two.
    const options =
      interval === 'hour' ? { ...day, hour: '2-digit' as const, timeZoneName: 'longOffset' as const } : day;
    const label = new Intl.DateTimeFormat('sv-SE', options).format(Date.parse(at));
    return interval === 'month' ? label.slice(0, 7) : label;
  };
  const zones = [
    'America/New_York',
    'America/Sao_Paulo',
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'Australia/Adelaide',
    'Europe/Berlin',
  ];
  /** Around the changes of these zones, and any time of the year. */
  const begins = ['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31', '2026-07-01'];

  it('are each in the interval of their local clock, whenever summer time begins or ends', async () => {
    const cases = fc.record({
      timeZone: fc.constantFrom(...zones),
      interval: fc.constantFrom('hour' as const, 'day' as const, 'month' as const),
      begin: fc.constantFrom(...begins),
      minutes: fc.array(fc.nat(3 * 1_440 - 1), { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ timeZone, interval, begin, minutes }) => {
        const times = minutes.map((minute) => plus(`${begin}T00:00:00Z`, minute * 60));
        await write(times.flatMap((at, i) => visit(`of-${i}`, at, 5)));
        const period = { from: `${begin}T00:00:00Z`, to: plus(`${begin}T00:00:00Z`, 3 * 86_400) };
        const counted = await countIn(period, { timeZone, interval });
        const expected = Map.groupBy(times, (at) => labelOf(at, timeZone, interval));
        expect(new Map(counted.map((row) => [labelOf(row.begin ?? '', timeZone, interval), row.visits]))).toEqual(
          new Map([...expected].map(([label, all]) => [label, all.length])),
        );
        expect(counted).toHaveLength(expected.size);
        expect(await readIntervals(db, { ...period, interval, timeZone })).toEqual(
          expect.arrayContaining(counted.map((row) => row.begin)),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('the live state', () => {
  const since = Date.parse('2026-03-02T10:00:00Z');
  const at = Date.parse('2026-03-02T12:00:00Z');

  it('counts the callers who wait and talk by queue, and other calls apart, without those whose last event is too old', async () => {
    await write([
      ...visit('waits', '2026-03-02T12:00:00Z', null),
      ...visit('talks', '2026-03-02T12:00:00Z', 5, '901'),
      ...visit('old', '2026-03-02T09:00:00Z', null),
      ...visit('dialled', '2026-03-02T11:00:00Z', null).map((body) => ({ ...body, direction: 'outbound' })),
      ...visit('over', '2026-03-02T12:00:00Z', 5),
      { type: 'call.finished', call_id: 'over', timestamp: '2026-03-02T12:05:00Z' },
      { type: 'call.recording-available', call_id: 'never', url: 'https://r/1', timestamp: '2026-03-02T12:05:00Z' },
    ]);
    const live = await countLiveCalls(db, since);
    expect(live.toSorted((a, b) => (a.queue < b.queue ? -1 : 1))).toEqual([
      {
        queue: '900',
        waiting: 1,
        longestWaitingSince: at,
        talking: 0,
        outbound: { waiting: 1, talking: 0 },
        internal: noLiveCalls,
      },
      {
        queue: '901',
        waiting: 0,
        longestWaitingSince: null,
        talking: 1,
        outbound: noLiveCalls,
        internal: noLiveCalls,
      },
    ]);
  });

  it('equals that of the domain at every moment of the nineteen fixture logs', async () => {
    const log = [...fixtureEvents.keys()].flatMap((name) => fixtureLog(name));
    for (let length = 1; length <= log.length; length += 17) {
      const events = eventsOf(log.slice(0, length));
      await replaceRows(db, events);
      const calls = [...callsOfEvents(events).values()].filter(isCurrent);
      const counted = [...Map.groupBy(calls, ({ queue }) => queue ?? '')].map(([queue, queueCalls]) => {
        const waiting = queueCalls.filter((call) => isWaiting(call, 0, Infinity));
        const talking = queueCalls.filter((call) => isTalking(call, 0, Infinity));
        const live = (direction: CallDirection) => {
          const count = (some: typeof queueCalls): number =>
            some.filter((call) => directionOf(call) === direction).length;
          return { waiting: count(waiting), talking: count(talking) };
        };
        const sinces = waiting
          .filter((call) => directionOf(call) === 'inbound')
          .map(({ waitingSince, delayMs }) => (waitingSince ?? 0) + delayMs);
        const longestWaitingSince = sinces.length === 0 ? null : Math.min(...sinces);
        return {
          queue,
          ...live('inbound'),
          longestWaitingSince,
          outbound: live('outbound'),
          internal: live('internal'),
        };
      });
      const inOrder = <Row extends { queue: string }>(rows: readonly Row[]) =>
        rows.toSorted((a, b) => compareText(a.queue, b.queue));
      expect(inOrder(await countLiveCalls(db, 0))).toEqual(inOrder(counted));
    }
  });

  it('has the open segments of each agent and queue, and the last one that ended recently', async () => {
    await write([
      ...visit('talks', '2026-03-02T12:00:00Z', 5),
      ...visit('old', '2026-03-02T08:00:00Z', 5),
      { type: 'call.finished', call_id: 'old', timestamp: '2026-03-02T09:00:00Z' },
      ...visit('stale', '2026-03-02T09:00:00Z', 5),
      ...visit('over', '2026-03-02T12:00:00Z', 5),
      { type: 'call.finished', call_id: 'over', timestamp: '2026-03-02T12:05:00Z' },
    ]);
    const segment = {
      actor: 'ana',
      queue: '900',
      number: null,
      rangAt: null,
      rangLastAt: null,
      enteredAt: at + 5_000,
      enteredLastAt: at + 5_000,
      delayMs: 0,
    };
    expect(await readAgentSegments(db, since)).toEqual([
      { ...segment, callId: 'over', endedAt: at + 300_000, end: 'finished', heardAt: at + 300_000, callQueue: '900' },
      { ...segment, callId: 'talks', endedAt: null, end: null, heardAt: at + 5_000, callQueue: '900' },
    ]);
  });

  it('has the latest mark of each kind for each agent and queue', async () => {
    const agentEvent = (type: string, timestamp: string, fields: object = {}) => ({
      type,
      actor: 'ana',
      timestamp,
      ...fields,
    });
    await write([
      agentEvent('actor.logged-in', '2026-03-02T12:00:00Z', { queue: '900', number: '200' }),
      agentEvent('actor.paused', '2026-03-02T12:01:00Z'),
      agentEvent('actor.logged-in', '2026-03-02T11:00:00Z', { queue: '900', number: '201' }),
      ...visit('c', '2026-03-02T12:00:00Z', 5),
    ]);
    const nothing = { loggedIn: null, loggedOut: null, paused: null, unpaused: null, delayMs: 0 };
    expect(await readAgentMarks(db, since)).toEqual([
      {
        ...nothing,
        actor: 'ana',
        queue: '',
        number: null,
        paused: { at: at + 60_000, id: 4096 },
        heardAt: at + 60_000,
      },
      { ...nothing, actor: 'ana', queue: '900', number: '200', loggedIn: { at, id: 0 }, heardAt: at },
    ]);
  });
});

describe('a search', () => {
  beforeAll(() =>
    write(
      Array.from({ length: 5 }, (_, i) =>
        visit(`c${i}`, plus('2026-03-02T12:00:00Z', i), 5, i < 3 ? '900' : '901'),
      ).flat(),
    ),
  );
  const ids = async (params: Partial<Parameters<typeof searchCalls>[1]>) =>
    (await searchCalls(db, { limit: 10, visibleQueues: null, ...params })).rows.map(({ aggregate_id }) => aggregate_id);

  it('returns the newest calls first, page by page', async () => {
    expect(await ids({})).toEqual(['c4', 'c3', 'c2', 'c1', 'c0']);
    const { rows, more } = await searchCalls(db, { limit: 2, visibleQueues: null });
    expect(more).toBe(true);
    expect(await ids({ limit: 2, before: rows[1]!.id })).toEqual(['c2', 'c1']);
  });

  it('finds calls by the last digits of a number, by call_id, queue and time', async () => {
    expect(await ids({ number: '12345678' })).toHaveLength(5);
    expect(await ids({ number: '1234567' })).toEqual([]);
    expect(await ids({ call_id: 'c3' })).toEqual(['c3']);
    expect(await ids({ queues: ['901'] })).toEqual(['c4', 'c3']);
    expect(await ids({ from: '2026-03-02T12:00:01Z', to: '2026-03-02T12:00:03Z' })).toEqual(['c2', 'c1']);
    expect(await ids({ states: ['FINISHED'] })).toEqual([]);
  });

  it('finds no call outside the visible queues', async () => {
    expect(await ids({ visibleQueues: ['901'] })).toEqual(['c4', 'c3']);
    expect(await ids({ visibleQueues: ['901'], queues: ['900'] })).toEqual([]);
    expect(await ids({ visibleQueues: [], call_id: 'c1' })).toEqual([]);
  });
});

it('a call is read with its visits, segments and agents, and only if its queue is visible', async () => {
  await write(visit('c', '2026-03-02T12:00:00Z', 5));
  expect(await readCall(db, { callId: 'c', visibleQueues: ['900'] })).toMatchObject({
    aggregate_id: 'c',
    waiting_at: '2026-03-02T12:00:00.000Z',
    began_at: '2026-03-02T12:00:00.000Z',
    visits: [
      {
        queue: '900',
        waiting_at: '2026-03-02T12:00:00.000Z',
        ended_at: '2026-03-02T12:00:05.000Z',
        outcome: 'answered',
        wait_ms: 5_000,
        actor: 'ana',
      },
    ],
    segments: [
      { actor: 'ana', queue: '900', entered_at: '2026-03-02T12:00:05.000Z', ended_at: null, end_reason: null },
    ],
    agents: [{ actor: 'ana', queue: '900', entered_at: '2026-03-02T12:00:05.000Z', left_at: null }],
  });
  expect(await readCall(db, { callId: 'c', visibleQueues: ['901'] })).toBeNull();
  expect(await readCall(db, { callId: 'd', visibleQueues: null })).toBeNull();
});
