import { callsOfEvents, eventsOf, fixtureLog } from '@callstream/domain/testing';
import { perInterval, waitBounds, waitDistribution } from './series.ts';

const totals = (visits: number) => ({
  visits,
  answered: visits,
  answered_in_time: 0,
  abandoned: 0,
  abandoned_short: 0,
  flowed_out: 0,
  open: 0,
  service_level: null,
  abandon_rate: null,
  asa_ms: null,
  wait_ms_max: 0,
});

it('shows the intervals from just before the first call until now', () => {
  const intervals = [0, 0, 0, 3, 0, 5, 0].map((visits, i) => ({
    begin: new Date(i * 300_000).toISOString(),
    total: totals(visits),
    queues: [],
  }));
  expect(perInterval(intervals, 5 * 300_000 + 10, [({ visits }) => visits])).toEqual([
    [600, 900, 1_200, 1_500],
    [0, 3, 0, 5],
  ]);
  expect(perInterval(intervals.slice(0, 3), 1e9, [({ visits }) => visits])).toEqual([[], []]);
});

it('counts each wait in the bar with the least upper bound', () => {
  const calls = ['01-nominal', '05-abandoned', '16-internal'].flatMap((name) => [
    ...callsOfEvents(eventsOf(fixtureLog(name))).values(),
  ]);
  const [x, answered, abandoned] = waitDistribution(calls);
  expect(x).toHaveLength(waitBounds.length);
  // Ana answered after 12 s.
  expect(answered?.[waitBounds.indexOf(20)]).toBe(1);
  expect([answered, abandoned].map((counts) => counts?.reduce((sum, count) => sum + count, 0))).toEqual([1, 1]);
});
