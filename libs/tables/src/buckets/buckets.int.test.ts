import type { CallEvent } from '@callstream/domain';
import { eventsOf } from '@callstream/domain/testing';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { batchOf } from '../../testing/batch-of.ts';
import { countCallRows, countVisitRows } from '../../testing/count-rows.ts';
import { countAgentRows, countTalkRows } from '../../testing/count-talk-rows.ts';
import { countBucketsAnew, readBuckets } from '../../testing/read-buckets.ts';
import { deleteRows } from '../../testing/replace-rows.ts';
import { clientOf, poolOf } from '../connection/tables.ts';
import {
  compactMarks,
  countAgentCalls,
  countCalls,
  countTalkTimes,
  countVisits,
  ensurePositions,
  intervals,
  positionMove,
  project,
  refreshBuckets,
  withConnection,
} from '../index.ts';
import type { Tables } from '../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const version = 1;
const logId = '11111111-1111-8111-8111-111111111111';
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;

/** Time zones, and a moment of each that its clock makes hard: a change to or from summer time, or an odd offset. */
const hardMoments = [
  ['UTC', '2026-03-02T00:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['Europe/Berlin', '2025-10-26T01:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Asia/Kolkata', '2026-01-01T18:30:00Z'],
  ['Asia/Kathmandu', '2026-01-31T18:15:00Z'],
  // Half an hour of summer time.
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2025-10-04T15:30:00Z'],
  // At a minute after midnight, back into the day before.
  ['America/St_Johns', '2010-11-07T02:31:00Z'],
  ['America/St_Johns', '2011-03-13T03:31:00Z'],
  // A day that there was not.
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  // 44 minutes and 30 seconds behind UTC.
  ['Africa/Monrovia', '1971-12-31T00:44:30Z'],
] as const;

const queues = ['900', '901', ''];
/** Waits at and next to whole seconds, and beyond ten minutes. */
const waits = fc.oneof(
  fc.constantFrom(0, 1, 4_999, 5_000, 5_001, 20_000, 20_001, 599_999, 600_000, 600_001, 3_600_000),
  fc.nat(900_000),
);
const calls = fc.record({
  /** From the hard moment. */
  offsetMs: fc.oneof(
    fc.integer({ min: -3 * dayMs, max: 3 * dayMs }),
    fc.integer({ min: -90 * minuteMs, max: 90 * minuteMs }),
    // Within the minute that some clocks repeat.
    fc.constantFrom(-30_000, 30_000),
    // Beginnings and last milliseconds of buckets.
    fc.tuple(fc.integer({ min: -300, max: 300 }), fc.constantFrom(-1, 0, 1)).map(([n, ms]) => n * 15 * minuteMs + ms),
  ),
  queue: fc.constantFrom(...queues),
  direction: fc.constantFrom(undefined, 'inbound', 'inbound', 'inbound', 'outbound', 'internal'),
  waitMs: waits,
  story: fc.constantFrom(
    'rings',
    'waits',
    'answered',
    'abandoned',
    'overflows',
    'ends',
    'answered at once',
    'answered by two',
    'goes on in another queue',
  ),
  isFinished: fc.boolean(),
  /** Until the agent leaves; null: they stay. */
  talkMs: fc.option(fc.oneof(fc.constant(0), fc.nat(1_200_000))),
  /** From its first event to the next. */
  ringMs: fc.oneof(fc.constant(0), fc.nat(1_200_000)),
  /** A bit for each of its events: whether it comes only later. */
  late: fc.nat(127),
});
type RandomCall = typeof calls extends fc.Arbitrary<infer Call> ? Call : never;

/** The events of a call, and whether each comes late. */
function bodiesOf(call: RandomCall, n: number, anchor: number) {
  const at = anchor + call.offsetMs;
  const end = at + call.ringMs + call.waitMs;
  const { queue, talkMs } = call;
  const waiting = { type: 'call.waiting', queue, at: at + call.ringMs };
  const left = (actor: string, enteredAt: number) =>
    talkMs === null ? [] : [{ type: 'actor.left', actor, at: enteredAt + talkMs }];
  const answered = [waiting, { type: 'actor.entered', queue, actor: 'ana', at: end }, ...left('ana', end)];
  const story = {
    rings: [],
    waits: [waiting],
    answered,
    abandoned: [waiting, { type: 'call.queue-abandon', queue, at: end }],
    overflows: [waiting, { ...waiting, queue: '902', at: end }, { type: 'call.queue-abandon', at: end + 7_000 }],
    ends: [],
    'answered at once': [{ type: 'actor.entered', actor: 'ana', at: end }, ...left('ana', end)],
    'answered by two': [
      ...answered,
      { type: 'actor.entered', queue, actor: 'bia', at: end + 9_000 },
      ...left('bia', end + 9_000),
    ],
    // Then the call is in another queue than its first agent got it through.
    'goes on in another queue': [...answered, { ...waiting, queue: '902', at: end + 30_000 }],
  }[call.story];
  const finished = call.isFinished ? [{ type: 'call.finished', at: end + 60_000 }] : [];
  return [{ type: 'call.new', at }, ...story, ...finished].map(({ at: eventAt, ...fields }, i) => ({
    isLate: (call.late & (1 << i)) !== 0,
    body: JSON.stringify({
      ...fields,
      call_id: `c${n}`,
      ...(call.direction === undefined ? {} : { direction: call.direction }),
      timestamp: new Date(eventAt).toISOString(),
    }),
    receivedAt: new Date(eventAt).toISOString(),
  }));
}

/** Commits as the projector does, one transaction for each of the batches. */
async function write(...batches: readonly (readonly CallEvent[])[]): Promise<void> {
  await deleteRows(db);
  await ensurePositions(db, { topic: 'call-events', partitions: 1, version, logId });
  await append(0, ...batches);
}

async function append(first: number, ...batches: readonly (readonly CallEvent[])[]): Promise<void> {
  let expected = first;
  for (const events of batches) {
    const next = expected + events.length;
    const last = { uuid: logId, timestamp: 0 };
    const move = positionMove({ partition: 0, expected, next, version, last });
    await withConnection(db, (connection) => project(connection, { moves: [move], batch: batchOf(events) }));
    expected = next;
  }
}

const questions = fc.record({
  fromMs: fc.oneof(
    fc.integer({ min: -4 * dayMs, max: 2 * dayMs }),
    fc.integer({ min: -16, max: 8 }).map((n) => n * 6 * 60 * minuteMs),
  ),
  lengthMs: fc.oneof(
    fc.nat(6 * dayMs),
    fc.integer({ min: 1, max: 24 }).map((n) => n * 6 * 60 * minuteMs),
  ),
  interval: fc.constantFrom(null, ...intervals),
  queues: fc.constantFrom(null, null, ['900'], ['901', '902'], []),
  visibleQueues: fc.constantFrom(null, null, ['900'], ['901', '902'], []),
  serviceLevelMs: waits,
  shortAbandonMs: waits,
  /** The call that becomes stale about now. */
  staleCall: fc.nat(39),
  nowMs: fc.constantFrom(-1, 0, 1, 3_600_000),
  staleAfterMs: fc.constantFrom(0, 60_000, 7_200_000),
});
type Question = typeof questions extends fc.Arbitrary<infer One> ? One : never;

interface Asked {
  readonly all: readonly RandomCall[];
  readonly anchor: number;
  readonly timeZone: string;
}

/** Of the counts of agents. */
const agents = {
  limit: 1_000_000,
  rules: { now: 0, staleAfterMs: 0, ringMsMax: 0, presenceStaleMs: 0, wrapUpMs: 0 },
  withOccupancy: false,
};

/** Expects all counts to be those of the rows. */
async function expectExact(question: Question, { all, anchor, timeZone }: Asked): Promise<void> {
  const { fromMs, lengthMs, interval, serviceLevelMs, shortAbandonMs, nowMs, staleAfterMs } = question;
  const period = {
    from: new Date(anchor + fromMs).toISOString(),
    to: new Date(anchor + fromMs + lengthMs + 1).toISOString(),
    queues: question.queues,
    interval,
    timeZone,
  };
  const ofVisits = { ...period, serviceLevelMs, shortAbandonMs };
  const staleAt = anchor + (all[question.staleCall % all.length]?.offsetMs ?? 0) + staleAfterMs;
  const ofCalls = { ...period, now: staleAt + nowMs, staleAfterMs };
  const ofAgents = { ...period, ...agents, visibleQueues: question.visibleQueues };
  const [visits, expectedVisits, counted, expectedCalls] = await Promise.all([
    countVisits(db, ofVisits),
    countVisitRows(db, ofVisits),
    countCalls(db, ofCalls),
    countCallRows(db, ofCalls),
  ]);
  const [talked, expectedTalks, called, expectedAgents] = await Promise.all([
    countTalkTimes(db, ofAgents),
    countTalkRows(db, ofAgents),
    countAgentCalls(db, ofAgents),
    countAgentRows(db, ofAgents),
  ]);
  expect(inOrder(visits)).toEqual(inOrder(expectedVisits));
  expect(inOrder(counted)).toEqual(inOrder(expectedCalls));
  expect(inOrder(talked)).toEqual(inOrder(expectedTalks));
  expect(inOrder(called.rows)).toEqual(inOrder(expectedAgents));
}

interface CountKey {
  readonly begin?: string | null;
  readonly queue?: string | null;
  readonly actor?: string;
}

const inOrder = <Row extends CountKey>(rows: readonly Row[]): Row[] => {
  const keyOf = ({ begin, queue, actor }: Row): string => JSON.stringify([begin, queue, actor]);
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};

describe('counts from buckets', () => {
  it('equal those of the rows, in every time zone and of every threshold, also with late events and while some are marked', async () => {
    const logs = fc.record({
      hard: fc.constantFrom(...hardMoments),
      all: fc.array(calls, { minLength: 1, maxLength: 40 }),
      asked: fc.array(questions, { minLength: 4, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(logs, async ({ hard: [timeZone, moment], all, asked }) => {
        const anchor = Date.parse(moment);
        const bodies = all.flatMap((call, n) => bodiesOf(call, n, anchor));
        const [onTime, late] = [bodies.filter(({ isLate }) => !isLate), bodies.filter(({ isLate }) => isLate)];
        const events = eventsOf([...onTime, ...late]);
        const half = Math.ceil(onTime.length / 2);
        await write(events.slice(0, half), events.slice(half, onTime.length));
        await refreshBuckets(db, version);
        const [question] = asked;
        if (question) await expectExact(question, { all, anchor, timeZone });
        // Marked, and not yet counted again.
        if (late.length > 0) await append(onTime.length, events.slice(onTime.length));
        for (const one of asked) await expectExact(one, { all, anchor, timeZone });
        await refreshBuckets(db, version);
        for (const one of asked) await expectExact(one, { all, anchor, timeZone });
        const refreshed = await readBuckets(db);
        await countBucketsAnew(db);
        expect(refreshed).toEqual(await readBuckets(db));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  const day = {
    from: '2026-03-02T00:00:00Z',
    to: '2026-03-03T00:00:00Z',
    queues: null,
    interval: null,
    timeZone: 'UTC',
  };
  const thresholds = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
  const countDay = () => countVisits(db, { ...day, ...thresholds });
  const waiting = (call_id: string, timestamp: string) => ({
    body: JSON.stringify({ type: 'call.waiting', call_id, queue: '900', timestamp }),
    receivedAt: timestamp,
  });
  const twoCalls = eventsOf([waiting('c', '2026-03-02T13:00:00Z'), waiting('d', '2026-03-02T14:00:00Z')]);

  it('have an unfinished call as not known from the millisecond on in which it becomes stale', async () => {
    const timestamp = '2026-03-02T13:00:00Z';
    await write(
      eventsOf([{ body: JSON.stringify({ type: 'call.new', call_id: 'c', timestamp }), receivedAt: timestamp }]),
    );
    await refreshBuckets(db, version);
    const staleAfterMs = 7_200_000;
    const inboundAt = async (now: number) => (await countCalls(db, { ...day, now, staleAfterMs }))[0]?.counts.inbound;
    const staleAt = Date.parse(timestamp) + staleAfterMs;
    expect(await inboundAt(staleAt)).toMatchObject({ open: 1, not_known: 0 });
    expect(await inboundAt(staleAt + 1)).toMatchObject({ open: 0, not_known: 1 });
  });

  it('have each call in its day where a minute after midnight the clock goes back to the day before', async () => {
    await write(
      eventsOf(
        ['2010-11-07T02:29:00Z', '2010-11-07T02:30:30Z', '2010-11-07T02:31:30Z'].map((at, i) => waiting(`c${i}`, at)),
      ),
    );
    await refreshBuckets(db, version);
    const period = { from: '2010-11-06T00:00:00Z', to: '2010-11-08T00:00:00Z', interval: 'day' as const };
    const counted = await countVisits(db, { ...day, ...period, ...thresholds, timeZone: 'America/St_Johns' });
    expect(counted.map(({ visits }) => visits)).toEqual([2, 1]);
  });

  it('are read from them where nothing is marked', async () => {
    await write(twoCalls);
    await refreshBuckets(db, version);
    await poolOf(db).query('delete from visits');
    expect(await countDay()).toMatchObject([{ queue: '900', visits: 2 }]);
    await poolOf(db).query(`insert into bucket_marks values ('2026-03-02T13:00:00Z')`);
    expect(await countDay()).toMatchObject([{ queue: '900', visits: 1 }]);
  });

  it('of talk times and agents are read from them where nothing is marked; of an agent, where nothing of the day is', async () => {
    const talk = (call_id: string, timestamp: string) => ({
      body: JSON.stringify({ type: 'actor.entered', actor: 'ana', call_id, queue: '900', timestamp }),
      receivedAt: timestamp,
    });
    await write(eventsOf([talk('c', '2026-03-02T13:00:00Z'), talk('d', '2026-03-02T14:00:00Z')]));
    await refreshBuckets(db, version);
    await poolOf(db).query('delete from segments');
    const options = { ...day, ...agents, visibleQueues: null };
    const counted = async () => [await countTalkTimes(db, options), (await countAgentCalls(db, options)).rows];
    expect(await counted()).toMatchObject([[{ calls: 2 }, { queue: '900', calls: 2 }], [{ actor: 'ana', calls: 2 }]]);
    await poolOf(db).query(`insert into bucket_marks values ('2026-03-02T13:00:00Z')`);
    expect(await counted()).toMatchObject([[{ calls: 1 }, { queue: '900', calls: 1 }], []]);
  });

  it('have what a transaction commits while they are refreshed', async () => {
    await write(twoCalls);
    await withConnection(db, async (connection) => {
      const client = clientOf(connection);
      await client.query(`begin; insert into bucket_marks values ('2026-03-02T13:00:00Z');
        insert into visits (call_id, n, queue, waiting_at, outcome) values ('e', 0, '900', '2026-03-02T13:00:01Z', 'open')`);
      expect(await refreshBuckets(db, version)).toBe(1);
      expect(await countDay()).toMatchObject([{ visits: 2 }]);
      await client.query('commit');
    });
    expect(await countDay()).toMatchObject([{ visits: 3 }]);
    expect(await refreshBuckets(db, version)).toBe(1);
    expect(await countDay()).toMatchObject([{ visits: 3 }]);
  });

  it('of a day that cannot be counted leaves the oldest mark of each bucket', async () => {
    await write(twoCalls);
    await poolOf(db).query('insert into bucket_marks select begins_at from bucket_marks');
    await poolOf(db).query('insert into bucket_marks select distinct begins_at from bucket_marks');
    const marks = async () =>
      (
        await poolOf(db).query<{ at: Date; age: number }>(
          'select begins_at as at, xmin::text::int as age from bucket_marks order by 1, 2',
        )
      ).rows;
    const before = await marks();
    expect(before).toHaveLength(6);
    await compactMarks(db, { day: day.from, version: version + 1 });
    expect(await marks()).toEqual(before);
    await compactMarks(db, { day: day.from, version });
    expect(await marks()).toEqual([before[0], before[3]]);
    expect(await refreshBuckets(db, version)).toBe(1);
    expect(await countDay()).toMatchObject([{ visits: 2 }]);
  });
});

describe('a refresh', () => {
  it('is done by one process at a time, and by the next one after that ended in the middle', async () => {
    const timestamp = '2026-03-02T13:00:00Z';
    const body = JSON.stringify({ type: 'call.waiting', call_id: 'c', queue: '900', timestamp });
    await write(eventsOf([{ body, receivedAt: timestamp }]));
    const marks = async () => (await poolOf(db).query('select from bucket_marks')).rowCount;
    const killed = withConnection(db, async (connection) => {
      const client = clientOf(connection);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await client.query(`begin; select pg_advisory_xact_lock((x'63616c6c'::bigint << 32) | 'bucket_marks'::regclass::oid::bigint);
        delete from bucket_marks`);
      expect(await refreshBuckets(db, version)).toBe(0);
      await poolOf(db).query('select pg_terminate_backend($1::int)', [rows[0]?.pid]);
      await client.query('commit');
    });
    await expect(killed).rejects.toThrow();
    expect(await marks()).toBe(1);
    expect(await Promise.all([refreshBuckets(db, version), refreshBuckets(db, version)])).toContain(1);
    expect(await marks()).toBe(0);
    expect((await readBuckets(db))['visit_buckets']?.map(({ minutes }) => minutes)).toEqual([15, 60, 360, 1_440]);
  });

  it('leaves tables of another version alone', async () => {
    await write(eventsOf([{ body: '{"type":"call.new","call_id":"c"}', receivedAt: '2026-03-02T13:00:00Z' }]));
    expect(await refreshBuckets(db, version + 1)).toBe(0);
    expect(await refreshBuckets(db, version)).toBe(1);
  });
});
