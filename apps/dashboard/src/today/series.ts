import type { ConcurrentCalls, Stats } from '@callstream/contracts';
import { callPhaseAt, callPhases, isCounted } from '@callstream/domain';
import type { Call } from '@callstream/domain';

/** Data of a chart: the first column is x, each other one a series. */
export type Columns = readonly (readonly number[])[];

export type StatsInterval = NonNullable<Stats['intervals']>[number];

/** Columns of the intervals until now; future ones would be drawn as 0. x: seconds since 1970. */
export function perInterval(
  intervals: readonly StatsInterval[],
  now: number,
  values: readonly ((interval: StatsInterval) => number)[],
): Columns {
  const past = intervals.filter(({ begin }) => Date.parse(begin) <= now);
  const first = past.findIndex(hasCalls);
  // Starts just before the first call, because the empty hours of the night would take up half of the chart.
  const shown = first < 0 ? [] : past.slice(Math.max(0, first - 1));
  return [shown.map(({ begin }) => Date.parse(begin) / 1_000), ...values.map((value) => shown.map(value))];
}

/** Upper bounds of the bars, in seconds. */
export const waitBounds = [5, 10, 20, 30, 60, 120, 300, Infinity] as const;

/** Histogram of the waits of answered and of abandoned queue visits. x: index of the bar. */
export function waitDistribution(calls: readonly Call[]): Columns {
  const answered = waitBounds.map(() => 0);
  const abandoned = waitBounds.map(() => 0);
  for (const { outcome, waitMs } of calls.filter(isCounted).flatMap(({ visits }) => visits)) {
    const counts = outcome === 'answered' ? answered : outcome === 'abandoned' ? abandoned : null;
    if (waitMs === null || counts === null) continue;
    const bar = waitBounds.findIndex((bound) => waitMs <= bound * 1_000);
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return [waitBounds.map((_, i) => i), answered, abandoned];
}

const hasCalls = ({ total, calls }: StatsInterval): boolean =>
  total.visits + calls.inbound.calls + calls.outbound.calls + calls.internal.calls > 0;

/** Number of calls in each phase. */
export type Sample = ConcurrentCalls['samples'][number];

/** Counts by the same rule as the samples of the gateway. It removes stale calls from the board, so they need no check here. */
export function sampleOf(calls: readonly Call[], at: number): Sample {
  const counts = { waiting: 0, talking: 0, other: 0 };
  for (const call of calls) {
    const phase = callPhaseAt(call, at, Infinity);
    if (phase !== null) counts[phase]++;
  }
  return { at, ...counts };
}

/** The samples of the day, and the live ones where there are any: they are more frequent. */
export function mergeSamples(day: ConcurrentCalls | null, live: readonly Sample[]): readonly Sample[] {
  if (day === null) return live;
  const begin = Date.parse(day.from);
  const intervalOf = ({ at }: Sample): number => Math.floor((at - begin) / (day.interval_seconds * 1_000));
  const ofToday = live.filter(({ at }) => at >= begin);
  const hasLive = new Set(ofToday.map(intervalOf));
  return [...day.samples.filter((sample) => !hasLive.has(intervalOf(sample))), ...ofToday].toSorted(
    (a, b) => a.at - b.at,
  );
}

export const samplesAsColumns = (samples: readonly Sample[]): Columns => [
  samples.map(({ at }) => at / 1_000),
  ...callPhases.map((phase) => samples.map((sample) => sample[phase])),
];
