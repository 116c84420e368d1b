import type { Stats } from '@callstream/contracts';
import { callStates, isCounted } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { countByState } from '../calls/call-list.ts';

/** Data of a chart: the first column is x, each other one a series. */
export type Columns = readonly (readonly number[])[];

type StatsInterval = NonNullable<Stats['intervals']>[number];

/** Columns of the intervals until now; future ones would be drawn as 0. x: seconds since 1970. */
export function perInterval(
  intervals: readonly StatsInterval[],
  now: number,
  values: readonly ((totals: StatsInterval['total']) => number)[],
): Columns {
  const past = intervals.filter(({ begin }) => Date.parse(begin) <= now);
  const first = past.findIndex(({ total }) => total.visits > 0);
  // Starts just before the first call, because the empty hours of the night would take up half of the chart.
  const shown = first < 0 ? [] : past.slice(Math.max(0, first - 1));
  return [
    shown.map(({ begin }) => Date.parse(begin) / 1_000),
    ...values.map((value) => shown.map(({ total }) => value(total))),
  ];
}

/** Upper bounds of the bars, in seconds. */
export const waitBounds = [5, 10, 20, 30, 60, 120, 300, Infinity] as const;

/** Histogram of the waits of ended queue visits: answered, and all others. x: index of the bar. */
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

/** Number of calls in each of `sampledStates`. */
export interface Sample {
  /** ms since 1970. */
  readonly at: number;
  readonly counts: readonly number[];
}

/** Without finished calls: their number depends only on how long the board keeps them. */
export const sampledStates = callStates.filter((state) => state !== 'FINISHED');

export function sampleOf(calls: readonly Call[], at: number): Sample {
  const counts = countByState(calls);
  return { at, counts: sampledStates.map((state) => counts[state]) };
}

export const samplesAsColumns = (samples: readonly Sample[]): Columns => [
  samples.map(({ at }) => at / 1_000),
  ...sampledStates.map((_, i) => samples.map(({ counts }) => counts[i] ?? 0)),
];
