import type { Stats } from '@callstream/contracts';
import { noCalls, noTotals } from '../no-totals.ts';
import { intervalRows } from './rows.ts';

const totalOf = (visits: number): Stats['total'] => ({ ...noTotals, visits });
const statsOf = (hours: readonly number[], visits: number): Stats => ({
  from: '2026-03-02T00:00:00.000Z',
  to: '2026-03-03T00:00:00.000Z',
  interval: 'hour',
  time_zone: 'UTC',
  service_level_seconds: 20,
  short_abandon_seconds: 5,
  total: totalOf(visits),
  calls: noCalls,
  queues: [],
  intervals: hours.map((hour) => ({
    begin: new Date(Date.UTC(2026, 2, 2, hour)).toISOString(),
    total: totalOf(visits),
    calls: noCalls,
    queues: [],
  })),
});

it('the second threshold is joined by the beginning of the interval, not by its position', () => {
  const stats = statsOf([9, 10, 11], 1);
  const second = statsOf([8, 9, 11], 2);
  const rows = intervalRows({
    stats,
    second,
    agentStats: null,
    queue: null,
    labelOf: (begin) => String(new Date(begin).getUTCHours()),
  });
  expect(rows.map(({ name, second: totals }) => [name, totals?.visits])).toEqual([
    ['9', 2],
    ['10', undefined],
    ['11', 2],
  ]);
});
