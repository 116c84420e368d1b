import { noOutcomeCounts } from '@callstream/domain';
import { callsOfEvents, eventsOf, fixtureLog } from '@callstream/domain/testing';
import { noTotals } from '../no-totals.ts';
import { mergeSamples, perInterval, samplesAsColumns, waitBounds, waitDistribution } from './series.ts';

const totals = (visits: number) => ({ ...noTotals, visits, answered: visits });

const calls = (inbound: number) => ({
  inbound: { ...noOutcomeCounts.inbound, calls: inbound },
  outbound: { ...noOutcomeCounts.outbound, calls: 0 },
  internal: { ...noOutcomeCounts.internal, calls: 0 },
});

it('shows the intervals from just before the first call until now, also of a call centre without queues', () => {
  const counts = [0, 0, 0, 3, 0, 5, 0];
  const intervals = counts.map((visits, i) => ({
    begin: new Date(i * 300_000).toISOString(),
    total: totals(visits),
    queues: [],
    calls: calls(0),
  }));
  expect(perInterval(intervals, 5 * 300_000 + 10, [({ total }) => total.visits])).toEqual([
    [600, 900, 1_200, 1_500],
    [0, 3, 0, 5],
  ]);
  const withoutQueues = intervals.map((interval, i) => ({
    ...interval,
    total: totals(0),
    calls: calls(counts[i] ?? 0),
  }));
  expect(perInterval(withoutQueues, 5 * 300_000 + 10, [({ calls: { inbound } }) => inbound.calls])).toEqual([
    [600, 900, 1_200, 1_500],
    [0, 3, 0, 5],
  ]);
  expect(perInterval(intervals.slice(0, 3), 1e9, [({ total }) => total.visits])).toEqual([[], []]);
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

it('calls by state are those of the day from the tables, then the live samples where there are any', () => {
  const sample = (minutes: number, waiting: number) => ({ at: minutes * 60_000, waiting, talking: 0, other: 0 });
  const day = {
    from: new Date(0).toISOString(),
    to: new Date(17 * 60_000).toISOString(),
    interval_seconds: 300,
    samples: [sample(0, 1), sample(5, 2), sample(10, 3), sample(15, 4)],
  };
  const live = [sample(-1, 9), sample(11, 5), sample(18, 6), sample(19, 7)];
  const waiting = samplesAsColumns(mergeSamples(day, live)).slice(0, 2);
  expect(waiting).toEqual([
    [0, 300, 660, 1_080, 1_140],
    [1, 2, 5, 6, 7],
  ]);
  expect(mergeSamples(null, live)).toEqual(live);
});
