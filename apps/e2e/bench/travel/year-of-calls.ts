import { shapeMeans } from '@callstream/tables/testing';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const daysOfYear = 364;
/** Share of the calls of a working day that begin in each hour, from 0:00 on. */
const hourShares = [0, 0, 0, 0, 0, 0, 1, 3, 9, 12, 13, 11, 8, 9, 10, 9, 7, 4, 2, 1, 1, 0, 0, 0];
const sharesOfDay = hourShares.reduce((sum, share) => sum + share, 0);
/** A weekend day has this share of the calls of a working day. */
const weekendShare = 0.15;
/** Calls at once in the peak hour, which is in the middle of the year. */
const peakCalls = 300;

export interface YearOfCalls {
  /** Beginnings of the calls, in ms since 1970 and ascending. */
  readonly begins: readonly number[];
  /** Beginnings of the working days, in ms since 1970 and ascending. */
  readonly workdays: readonly number[];
  /** Beginning of the peak hour, ms since 1970. */
  readonly peakAt: number;
}

/** The beginnings of a year of calls that ends at `end`: busy mornings, quiet weekends, and one peak hour. */
export function yearOfCalls(events: number, end: number): YearOfCalls {
  const calls = Math.floor(events / shapeMeans.events);
  const first = end - (end % dayMs) - daysOfYear * dayMs;
  const peakAt = first + (daysOfYear / 2) * dayMs + 10 * hourMs;
  const inPeak = Math.min(Math.floor((peakCalls * hourMs) / shapeMeans.ms), Math.floor(calls / 2));
  const others = calls - inPeak;
  const weekdays = Array.from({ length: daysOfYear }, (_, day) => (day % 7 < 5 ? 1 : weekendShare));
  const perShare = others / weekdays.reduce((sum, weight) => sum + weight, 0) / sharesOfDay;
  const begins: number[] = [];
  let due = 0;
  for (const [day, weight] of weekdays.entries())
    for (const [hour, share] of hourShares.entries()) {
      due += perShare * weight * share;
      const count = Math.floor(due);
      due -= count;
      addEvenly(begins, { from: first + day * dayMs + hour * hourMs, count });
    }
  addEvenly(begins, { from: peakAt, count: inPeak });
  const workdays = weekdays.flatMap((weight, day) => (weight === 1 ? [first + day * dayMs] : []));
  return { begins: begins.toSorted((a, b) => a - b), workdays, peakAt };
}

function addEvenly(begins: number[], { from, count }: { readonly from: number; readonly count: number }): void {
  for (let i = 0; i < count; i++) begins.push(from + Math.floor((i * hourMs) / count));
}
