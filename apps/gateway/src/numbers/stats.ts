import type { CallTotals, Stats } from '@callstream/contracts';
import { addOutcomeCounts, noOutcomeCounts } from '@callstream/domain';
import { bytesOfCallCount, bytesOfCount } from '@callstream/tables';
import type { CountedCalls, Interval, Period } from '@callstream/tables';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { callTotalsOf, countingRulesJson, sumVisits } from './totals.ts';

export interface StatsQuery {
  /** RFC 3339, or a day: then its first moment in the time zone. Default: the first moment of today. */
  readonly from?: string | undefined;
  /** The same form; exclusive. Default: the first moment of tomorrow. */
  readonly to?: string | undefined;
  readonly interval?: Interval | undefined;
  readonly queue?: readonly string[] | undefined;
}

/** Most intervals in one answer. */
const intervalsMax = 3_000;
/** Most counts in one answer (one per queue and interval), and the most bytes of them. */
export const countsMax = 30_000;
const countsBytesMax = 10 * 1024 * 1024;
export const tooManyCounts = `The answer has more than ${countsMax} counts of a queue in an interval, or 10 MiB of them: ask for fewer queues, a shorter period, or longer intervals.`;

/** Shortest length of each interval, in ms: a day has 23 hours when daylight saving time begins. */
const intervalMsMin = {
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  hour: 3_600_000,
  day: 23 * 3_600_000,
  week: 7 * 23 * 3_600_000,
  month: 28 * 23 * 3_600_000,
} as const satisfies Record<Interval, number>;

/** Totals of the visits and calls that began in a period, of the visible queues; or why the period is refused. */
export async function readStats(
  tables: VisibleTables,
  query: StatsQuery,
  { rules, now }: { readonly rules: CountingRules; readonly now: number },
): Promise<Stats | { readonly problem: string }> {
  const { from, to } = query;
  const interval = query.interval ?? null;
  const queues = query.queue ?? null;
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const period = await tables.readPeriod({ from, to, now, timeZone });
  const problem = periodProblem(period, interval);
  if (problem !== null) return { problem };
  const counting = { ...period, queues, interval, timeZone, until: { rows: countsMax + 1, bytes: countsBytesMax } };
  const { visits, calls } = await tables.ofOneProjection(async (one) => ({
    visits: await one.countVisits({ ...counting, serviceLevelMs, shortAbandonMs }),
    calls: await one.countCalls({ ...counting, now, staleAfterMs }),
  }));
  if (isTooLarge(visits.map(bytesOfCount)) || isTooLarge(calls.map(bytesOfCallCount)))
    return { problem: tooManyCounts };
  const stats = {
    ...period,
    interval,
    ...countingRulesJson(rules),
    ...sumVisits(visits),
    calls: sumCalls(calls.filter(({ queue }) => queue !== null)),
  };
  if (interval === null) return stats;
  // Also the intervals without a call.
  const begins = await tables.readIntervals({ ...period, interval, timeZone });
  const visitsByBegin = Map.groupBy(visits, ({ begin }) => begin);
  const callsByBegin = Map.groupBy(calls, ({ begin }) => begin);
  return {
    ...stats,
    intervals: begins.map((begin) => ({
      begin,
      ...sumVisits(visitsByBegin.get(begin) ?? []),
      calls: sumCalls(callsByBegin.get(begin) ?? []),
    })),
  };
}

/** Why a period is refused that ends before it begins; null if it does not. */
export const turnedAround = ({ from, to }: Period): string | null =>
  Date.parse(to) > Date.parse(from) ? null : `The period ends (${to}) before it begins, or as it begins (${from}).`;

/** Why a period is refused; null if it is not. */
export function periodProblem(period: Period, interval: Interval | null): string | null {
  const ms = Date.parse(period.to) - Date.parse(period.from);
  const problem = turnedAround(period);
  if (problem !== null) return problem;
  if (interval === null || ms / intervalMsMin[interval] <= intervalsMax) return null;
  return `The period has more than ${intervalsMax} intervals: ask for a shorter period, or longer intervals.`;
}

/** Whether counts of these sizes, in bytes of JSON, exceed one of the limits. */
const isTooLarge = (sizes: readonly number[]): boolean =>
  sizes.length > countsMax || sizes.reduce((sum, bytes) => sum + bytes, 0) > countsBytesMax;

const sumCalls = (calls: readonly CountedCalls[]): CallTotals =>
  callTotalsOf(calls.reduce((sum, { counts }) => addOutcomeCounts(sum, counts), noOutcomeCounts));
