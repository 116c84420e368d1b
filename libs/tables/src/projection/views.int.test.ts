import type { CallEvent, Visit } from '@callstream/domain';
import { isCounted, totalsOf } from '@callstream/domain';
import { callsOfEvents, eventsOf, fixtureLog, fixtureEvents, logs } from '@callstream/domain/testing';
import { pbxDelivery, pbxEvents } from '@callstream/domain/testing/pbx';
import { testDatabase } from '@callstream/stack';
import fc from 'fast-check';
import { migratedDatabase } from '../../testing/migrated-database.ts';
import { replaceRows } from '../../testing/replace-rows.ts';
import type { Tables } from '../index.ts';
import { poolOf } from '../connection/tables.ts';

// Long, so that a busy machine is no failure; a hang still is.
const hourMs = 3_600_000;
const shortAbandonMs = 5_000;
const stack = new AsyncDisposableStack();
let db: Tables;

beforeAll(async () => {
  ({ db } = stack.use(await migratedDatabase(testDatabase)));
});
afterAll(() => stack.disposeAsync());

/** The counted visits, by queue and by the hour or day (`unitMs`) in which they started. */
const counted = (events: readonly CallEvent[], unitMs: number): Map<string, Visit[]> =>
  Map.groupBy(
    [...callsOfEvents(events).values()].filter(isCounted).flatMap(({ visits }) => visits),
    ({ queue, waitingAt }) => JSON.stringify([new Date(waitingAt - (waitingAt % unitMs)).toISOString(), queue]),
  );

const byKey = (rows: readonly { key: string }[]): unknown =>
  Object.fromEntries(rows.map(({ key, ...row }) => [key, row]));

async function expectSameAsDomain(events: readonly CallEvent[]): Promise<void> {
  await replaceRows(db, events);
  const hours = await poolOf(db).query<{ at: string; queue: string }>(
    `select hour as at, queue, visits::int, answered::int, abandoned::int, timed_out::int, by_key::int, queue_full::int, queue_empty::int,
      withdrawn::int, flowed_out::int, wait_ms_max::int, answered_wait_ms_avg::float8 as asa from queue_hours`,
  );
  expect(byKey(hours.rows.map(({ at, queue, ...row }) => ({ key: JSON.stringify([at, queue]), ...row })))).toEqual(
    byKey(
      [...counted(events, hourMs)].map(([key, visits]) => {
        const totals = totalsOf(visits, { serviceLevelMs: 0, shortAbandonMs });
        return {
          key,
          visits: visits.length,
          answered: totals.answered,
          abandoned: totals.abandoned,
          timed_out: totals.timedOut,
          by_key: totals.byKey,
          queue_full: totals.full,
          queue_empty: totals.empty,
          withdrawn: totals.withdrawn,
          flowed_out: totals.flowedOut,
          wait_ms_max: totals.answered + totals.abandoned === 0 ? null : totals.waitMsMax,
          asa: totals.asaMs === null ? null : (expect.closeTo(totals.asaMs, 6) as unknown),
        };
      }),
    ),
  );
  const levels = await poolOf(db).query<{ at: string; queue: string; threshold: number }>(
    'select day as at, queue, threshold_s as threshold, service_level as level, abandon_rate as rate from service_levels',
  );
  expect(
    byKey(
      levels.rows.map(({ at, queue, threshold, ...row }) => ({ key: JSON.stringify([at, queue, threshold]), ...row })),
    ),
  ).toEqual(
    byKey(
      [...counted(events, 24 * hourMs)].flatMap(([key, visits]) =>
        [10, 20, 30, 60, 120].map((threshold) => {
          const totals = totalsOf(visits, { serviceLevelMs: threshold * 1000, shortAbandonMs });
          const of = JSON.parse(key) as string[];
          return { key: JSON.stringify([...of, threshold]), level: totals.serviceLevel, rate: totals.abandonRate };
        }),
      ),
    ),
  );
}

describe('visits per hour and queue, and service levels', () => {
  it('equal those of the domain for the nineteen fixture logs', () =>
    expectSameAsDomain(
      eventsOf([...fixtureEvents.keys()].flatMap((name, i) => fixtureLog(name, Date.UTC(2026, 2, 2, 13, i)))),
    ));

  it('equal those of the domain, with every exit of a queue, for the capture of an Asterisk', async () => {
    await expectSameAsDomain(eventsOf(pbxEvents.map(pbxDelivery)));
    const { rows } = await poolOf(db).query<{ outcome: string }>(
      'select distinct outcome from visits order by outcome',
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'abandoned',
      'answered',
      'by_key',
      'empty',
      'full',
      'timed_out',
    ]);
  });

  it('equal those of the domain for random logs', async () => {
    await fc.assert(
      fc.asyncProperty(logs(40), (log) => expectSameAsDomain(eventsOf(log))),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

describe('durations', () => {
  const firstRow = async (sql: string): Promise<unknown> => (await poolOf(db).query<object>(sql)).rows[0];

  it('of a call are the wait, and the talk from answer to end', async () => {
    await replaceRows(db, eventsOf(fixtureLog('01-nominal')));
    expect(await firstRow('select wait_ms, talk_ms from call_times')).toEqual({ wait_ms: 12_000, talk_ms: 81_000 });
  });

  it('of an agent are from the first entry into a call to the last leaving', async () => {
    await replaceRows(db, eventsOf(fixtureLog('01-nominal')));
    expect(await firstRow('select calls::int, on_call_ms from agent_days')).toEqual({ calls: 1, on_call_ms: 80_000 });
  });

  it('of an abandoned call are those of its visit', async () => {
    await replaceRows(db, eventsOf(fixtureLog('05-abandoned')));
    expect(
      await firstRow(
        'select is_short, wait_ms = extract(epoch from abandoned_at - waiting_at) * 1000 as same from abandons',
      ),
    ).toEqual({ is_short: false, same: true });
  });
});
