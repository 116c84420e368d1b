import type { Stats } from '@callstream/contracts';
import { callStates, isCounted } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { countByState } from '../calls/call-list.ts';

/** Columns of a chart: the first is x, the others a series each. */
export type Columns = readonly (readonly number[])[];

type StatsInterval = NonNullable<Stats['intervals']>[number];

/** Numbers per interval, up to now: what is still to come would be drawn as nothing having happened. x is seconds since 1970. */
export function perInterval(
  intervals: readonly StatsInterval[],
  now: number,
  values: readonly ((totals: StatsInterval['total']) => number)[],
): Columns {
  const past = intervals.filter(({ begin }) => Date.parse(begin) <= now);
  const first = past.findIndex(({ total }) => total.visits > 0);
  // Nobody called in the night: a chart that begins with the first call has room for the day.
  const shown = first < 0 ? [] : past.slice(Math.max(0, first - 1));
  return [
    shown.map(({ begin }) => Date.parse(begin) / 1_000),
    ...values.map((value) => shown.map(({ total }) => value(total))),
  ];
}

/** Upper bounds of the bars, in seconds; the last one has no end. */
export const waitBounds = [5, 10, 20, 30, 60, 120, 300, Infinity] as const;

/** How many visits that ended waited for how long: answered, and abandoned. x is the number of the bar. */
export function waitDistribution(calls: readonly Call[]): Columns {
  const answered = waitBounds.map(() => 0);
  const abandoned = waitBounds.map(() => 0);
  for (const { outcome, waitMs } of calls.filter(isCounted).flatMap(({ visits }) => visits)) {
    if (waitMs === null) continue;
    const bar = waitBounds.findIndex((bound) => waitMs <= bound * 1_000);
    const counts = outcome === 'answered' ? answered : abandoned;
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return [waitBounds.map((_, i) => i), answered, abandoned];
}

/** How many calls were in each state at a moment. */
export interface Sample {
  /** ms since 1970. */
  readonly at: number;
  readonly counts: readonly number[];
}

/** Finished calls only leave the board after half an hour: their number says nothing. */
export const sampledStates = callStates.filter((state) => state !== 'FINISHED');

export function sampleOf(calls: readonly Call[], at: number): Sample {
  const counts = countByState(calls);
  return { at, counts: sampledStates.map((state) => counts[state]) };
}

export const samplesAsColumns = (samples: readonly Sample[]): Columns => [
  samples.map(({ at }) => at / 1_000),
  ...sampledStates.map((_, i) => samples.map(({ counts }) => counts[i] ?? 0)),
];
