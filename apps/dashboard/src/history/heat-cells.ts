import type { VisitTotals } from '@callstream/contracts';
import type { StatsInterval } from '../today/series.ts';
import type { Heat } from './history-route.ts';

/** An hour of a day of the week: its value, and how much of the greatest value it is, from 0 to 1. */
export interface HeatCell {
  /** null: no visit counts. */
  readonly value: number | null;
  readonly share: number;
}

type Counts = Pick<VisitTotals, 'visits' | 'answered' | 'answered_in_time' | 'abandoned' | 'abandoned_short'>;

const valueOf: Readonly<Record<Heat, (counts: Counts) => number | null>> = {
  visits: ({ visits }) => visits,
  abandoned: ({ abandoned }) => abandoned,
  service_level: ({ answered, answered_in_time, abandoned, abandoned_short }) => {
    const offered = answered + abandoned - abandoned_short;
    return offered === 0 ? null : answered_in_time / offered;
  },
};

/** Monday to Sunday × 24 hours, of the intervals of an hour of a period. */
export function heatCells(
  intervals: readonly StatsInterval[],
  heat: Heat,
  timeZone: string,
): readonly (readonly HeatCell[])[] {
  const slotOf = slotsIn(timeZone);
  const sums = Array.from({ length: 7 * 24 }, (): Counts => noVisits);
  for (const { begin, total } of intervals) {
    const slot = slotOf(Date.parse(begin));
    sums[slot] = add(sums[slot] ?? noVisits, total);
  }
  const values = sums.map(valueOf[heat]);
  const max = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const cells = values.map((value) => ({ value, share: max === 0 ? 0 : (value ?? 0) / max }));
  return Array.from({ length: 7 }, (_, day) => cells.slice(day * 24, day * 24 + 24));
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Weekday × 24 + hour of a moment, in ms since 1970. */
function slotsIn(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', hourCycle: 'h23' });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return weekdays.indexOf(parts['weekday'] ?? '') * 24 + Number(parts['hour']);
  };
}

const noVisits: Counts = { visits: 0, answered: 0, answered_in_time: 0, abandoned: 0, abandoned_short: 0 };

const add = (a: Counts, b: Counts): Counts => ({
  visits: a.visits + b.visits,
  answered: a.answered + b.answered,
  answered_in_time: a.answered_in_time + b.answered_in_time,
  abandoned: a.abandoned + b.abandoned,
  abandoned_short: a.abandoned_short + b.abandoned_short,
});
