import type { Segment } from '@callstream/domain';
import { callsOfEvents, eventsOf } from '@callstream/domain/testing';
import { days } from '@callstream/domain/testing/days';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { replaceRows } from '../../testing/index.ts';
import { expectedSessions } from '../../testing/expected-sessions.ts';
import { poolOf } from '../connection/tables.ts';
import type { Tables } from '../index.ts';

// Long, so that a busy machine is no failure; a hang still is.
const cleanup = new AsyncDisposableStack();
let db: Tables;
beforeAll(async () => {
  ({ db } = cleanup.use(await migratedDatabase(testDatabase)));
});
afterAll(() => cleanup.disposeAsync());

interface CountedTimes {
  readonly actor: string;
  readonly logged_in_ms: number;
  readonly paused_ms: number;
  readonly handling_ms: number;
  readonly available_ms: number;
  readonly occupancy: number | null;
}

interface OccupancyOptions {
  readonly moment?: number;
  readonly queues?: readonly string[] | null;
  readonly staleAfterMs?: number;
  readonly ringMsMax?: number;
  readonly presenceStaleMs?: number;
  readonly wrapUpMs?: number;
}

const minute = 60_000;
const hour = 60 * minute;
const iso = (ms: number): string => new Date(ms).toISOString();
async function occupancy(from: number, to: number, options: OccupancyOptions = {}): Promise<CountedTimes[]> {
  const { moment = to, queues = null, staleAfterMs = 2 * hour, ringMsMax = 2 * minute } = options;
  const { presenceStaleMs = 12 * hour, wrapUpMs = 0 } = options;
  const { rows } = await poolOf(db).query<CountedTimes>(
    `select * from agent_occupancy($1::timestamptz, $2::timestamptz, $3::timestamptz, $4::text[],
       $5::float8 * interval '1 ms', $6::float8 * interval '1 ms', $7::float8 * interval '1 ms', $8::float8 * interval '1 ms')
     order by actor`,
    [iso(from), iso(to), iso(moment), queues, staleAfterMs, ringMsMax, presenceStaleMs, wrapUpMs],
  );
  return rows;
}

const noon = Date.UTC(2026, 2, 2, 12);
const event = (type: string, at: number, fields: object = {}) => ({
  body: JSON.stringify({ type, actor: 'ana', queue: '900', ...fields, timestamp: iso(noon + at) }),
  receivedAt: iso(noon + at),
});
const call = { call_id: 'c' };

interface Stay {
  readonly actor: string;
  readonly queue: string;
  readonly state: string;
  readonly began_at: string;
  readonly ended_at: string | null;
}

/** Wrap-up follows a talk, and a ring whose agent left. */
const hasWrapUp = ({ enteredAt, end }: Segment): boolean => enteredAt !== null || end === 'left';

/** The times of an agent in two periods. */
function sumOf(a: CountedTimes, b: CountedTimes): CountedTimes {
  const [handling_ms, available_ms] = [a.handling_ms + b.handling_ms, a.available_ms + b.available_ms];
  return {
    actor: a.actor,
    logged_in_ms: a.logged_in_ms + b.logged_in_ms,
    paused_ms: a.paused_ms + b.paused_ms,
    handling_ms,
    available_ms,
    occupancy: handling_ms + available_ms === 0 ? null : handling_ms / (handling_ms + available_ms),
  };
}

/** Queues that are asked for; null: all. */
const wanted: fc.Arbitrary<readonly string[] | null> = fc.constantFrom(null, null, ['900'], ['901', '910', ''], []);

describe('the occupancy of agents', () => {
  it('is a count of the seconds in which they were logged in, not paused, and on a call or ringing', async () => {
    await fc.assert(
      fc.asyncProperty(
        days(60),
        fc.nat(30),
        fc.integer({ min: 1, max: 60 }),
        wanted,
        fc.constantFrom(0, 2_000, 9_000, 12 * hour),
        fc.constantFrom(0, 3_000, 15_000),
        async (day, skip, seconds, queues, presenceStaleMs, wrapUpMs) => {
          const isWanted = (queue: string): boolean => queues?.includes(queue) ?? true;
          const events = eventsOf(day.log);
          const first = Math.min(...events.map(({ at }) => at));
          const [from, to] = [first + skip * 1_000, first + (skip + seconds) * 1_000];
          const known = events.filter(({ at }) => at < to);
          await replaceRows(db, known);
          const allStays = expectedSessions(known) as Stay[];
          const allSegments = [...callsOfEvents(known).values()].flatMap((each) => each.segments);
          const stays = allStays.filter(({ queue }) => isWanted(queue));
          const segments = allSegments.filter(({ queue }) => isWanted(queue ?? ''));
          const counts = new Map<string, CountedTimes>();
          for (const actor of new Set(stays.map((stay) => stay.actor))) {
            let [loggedIn, paused, handling, available] = [0, 0, 0, 0];
            const heardTimes = [
              ...allStays.filter((stay) => stay.actor === actor).map((stay) => Date.parse(stay.began_at)),
              ...allSegments
                .filter((segment) => segment.actor === actor)
                .flatMap(({ rangAt, rangLastAt, enteredAt, endedAt }) => [rangAt, rangLastAt, enteredAt, endedAt])
                .filter((time) => time !== null),
            ];
            for (let at = from; at < to; at += 1_000) {
              const states = stays
                .filter(
                  (stay) =>
                    stay.actor === actor &&
                    Date.parse(stay.began_at) <= at &&
                    (stay.ended_at === null || Date.parse(stay.ended_at) > at),
                )
                .map(({ state }) => state);
              const isBusy = segments.some(
                (segment) =>
                  segment.actor === actor &&
                  (segment.rangAt ?? segment.enteredAt ?? segment.endedAt ?? Infinity) <= at &&
                  (segment.endedAt ?? Infinity) + (hasWrapUp(segment) ? wrapUpMs : 0) > at,
              );
              const isKnown =
                presenceStaleMs === 0 || isBusy || heardTimes.some((time) => time <= at && time + presenceStaleMs > at);
              if (!isKnown || !states.some((state) => state !== 'logged_out')) continue;
              loggedIn += 1_000;
              if (isBusy) handling += 1_000;
              else if (states.includes('logged_in')) available += 1_000;
              else paused += 1_000;
            }
            const shared = handling + available;
            if (loggedIn > 0)
              counts.set(actor, {
                actor,
                logged_in_ms: loggedIn,
                paused_ms: paused,
                handling_ms: handling,
                available_ms: available,
                occupancy: shared === 0 ? null : handling / shared,
              });
          }
          const expected = [...counts.values()].toSorted((a, b) => (a.actor < b.actor ? -1 : 1));
          expect(await occupancy(from, to, { queues, presenceStaleMs, wrapUpMs })).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('of a period is the sum of its parts, also with lost events, wrap-up and calls over their borders', async () => {
    let handledMs = 0;
    await fc.assert(
      fc.asyncProperty(
        days(60),
        // One event of seven is lost, e.g. a log-out or the end of a call; 7: none.
        fc.nat(7),
        // Parts in ms, and how much of the last one is still to come.
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 2, maxLength: 5 }),
        fc.nat(10_000),
        fc.record({
          queues: wanted,
          staleAfterMs: fc.constantFrom(4_000, 2 * hour),
          ringMsMax: fc.constantFrom(2_000, 2 * minute),
          presenceStaleMs: fc.constantFrom(0, 500, 2_000, 9_000),
          wrapUpMs: fc.constantFrom(0, 3_000, 15_000, 30_000),
        }),
        async (day, lost, lengths, toComeMs, rules) => {
          const events = eventsOf(day.log.filter((_, i) => i % 7 !== lost));
          await replaceRows(db, events);
          const first = Math.min(...events.map(({ at }) => at));
          const borders = lengths.reduce((all, ms) => [...all, (all.at(-1) ?? 0) + ms], [first]);
          const to = borders.at(-1) ?? 0;
          const options = { ...rules, moment: Math.max(first, to - toComeMs) };
          const sums = new Map<string, CountedTimes>();
          for (const [i, begin] of borders.slice(0, -1).entries()) {
            for (const part of await occupancy(begin, borders[i + 1] ?? 0, options)) {
              const before = sums.get(part.actor);
              sums.set(part.actor, before === undefined ? part : sumOf(before, part));
            }
          }
          const whole = await occupancy(first, to, options);
          expect([...sums.values()].toSorted((a, b) => (a.actor < b.actor ? -1 : 1))).toEqual(whole);
          handledMs += whole.reduce((sum, { handling_ms }) => sum + handling_ms, 0);
        },
      ),
      { numRuns: 80 },
    );
    expect(handledMs).toBeGreaterThan(0);
  });

  it('counts a session over the edges of the period within it, and an open one until the moment', async () => {
    await replaceRows(
      db,
      eventsOf([
        event('actor.logged-in', 0),
        event('actor.entered', 10 * minute, call),
        event('actor.left', 20 * minute, call),
        event('call.finished', 20 * minute, { ...call, actor: undefined }),
        event('actor.paused', 40 * minute),
      ]),
    );
    const counted = {
      actor: 'ana',
      logged_in_ms: 60 * minute,
      paused_ms: 20 * minute,
      handling_ms: 10 * minute,
      available_ms: 30 * minute,
      occupancy: 0.25,
    };
    expect(await occupancy(noon - hour, noon + 2 * hour, { moment: noon + hour })).toEqual([counted]);
    expect(await occupancy(noon + 15 * minute, noon + 25 * minute)).toEqual([
      {
        ...counted,
        logged_in_ms: 10 * minute,
        paused_ms: 0,
        handling_ms: 5 * minute,
        available_ms: 5 * minute,
        occupancy: 0.5,
      },
    ]);
    expect(await occupancy(noon - hour, noon)).toEqual([]);
    expect(await occupancy(noon + hour, noon)).toEqual([]);
  });

  it('counts a log-in without a log-out for twelve hours after the agent’s last event or call', async () => {
    await replaceRows(
      db,
      eventsOf([
        event('actor.logged-in', 0),
        event('actor.entered', hour, call),
        event('actor.left', 2 * hour, call),
        event('call.finished', 2 * hour, { ...call, actor: undefined }),
      ]),
    );
    const [counted] = await occupancy(noon, noon + 100 * hour);
    expect(counted).toMatchObject({ logged_in_ms: 14 * hour, handling_ms: hour, available_ms: 13 * hour });
  });

  it('knows an agent of one queue also by a call of another queue', async () => {
    await replaceRows(
      db,
      eventsOf([
        event('actor.logged-in', 0),
        event('actor.entered', 11 * hour, { ...call, queue: '901' }),
        event('actor.left', 13 * hour, { ...call, queue: '901' }),
        event('call.finished', 13 * hour, { ...call, actor: undefined, queue: '901' }),
      ]),
    );
    const [counted] = await occupancy(noon, noon + 100 * hour, { queues: ['900'] });
    expect(counted).toMatchObject({ logged_in_ms: 25 * hour, handling_ms: 0, available_ms: 25 * hour });
  });

  it('has a call that never ended until its last event, and nothing of it long after that', async () => {
    await replaceRows(
      db,
      eventsOf([
        event('actor.entered', 0, call),
        event('call.ongoing', hour, { ...call, actor: undefined }),
        event('actor.logged-in', hour / 2),
      ]),
    );
    expect(await occupancy(noon, noon + 40 * hour)).toMatchObject([
      { logged_in_ms: 12.5 * hour, handling_ms: hour / 2, available_ms: 12 * hour },
    ]);
    expect(await occupancy(noon + 10 * hour, noon + 40 * hour)).toMatchObject([
      { logged_in_ms: 3 * hour, handling_ms: 0 },
    ]);
    expect(await occupancy(noon + 14 * hour, noon + 40 * hour)).toEqual([]);
    expect(await occupancy(noon, noon + 2 * hour)).toMatchObject([{ handling_ms: 1.5 * hour }]);
  });

  it('is of an agent with several queues each moment once, and available in one of them is available', async () => {
    await replaceRows(
      db,
      eventsOf([
        event('actor.logged-in', 0),
        event('actor.logged-in', 0, { queue: '901' }),
        event('actor.paused', 10 * minute),
        event('actor.paused', 20 * minute, { queue: '901' }),
        event('actor.logged-out', 30 * minute, { queue: null }),
      ]),
    );
    expect(await occupancy(noon, noon + hour)).toMatchObject([
      { logged_in_ms: 30 * minute, paused_ms: 10 * minute, available_ms: 20 * minute, occupancy: 0 },
    ]);
  });
});
