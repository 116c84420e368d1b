import type { Stats } from '@callstream/contracts';
import { bytesOfCount } from '@callstream/tables';
import type { Interval } from '@callstream/tables';
import type { VisibleTables } from '../queries/visible-tables.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { countingRulesJson, sumVisits } from './totals.ts';

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
const countsMax = 30_000;
const countsBytesMax = 10 * 1024 * 1024;

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

/** Totals of the visits of a period, of the visible queues; or why the period is refused. */
export async function readStats(
  tables: VisibleTables,
  { from, to, interval, queue }: StatsQuery,
  { rules, now }: { readonly rules: CountingRules; readonly now: number },
): Promise<Stats | { readonly problem: string }> {
  const { timeZone, serviceLevelMs, shortAbandonMs } = rules;
  const period = await tables.readPeriod({ from, to, now, timeZone });
  const ms = Date.parse(period.to) - Date.parse(period.from);
  if (ms <= 0) return { problem: `The period ends (${period.to}) before it begins (${period.from}).` };
  if (interval && ms / intervalMsMin[interval] > intervalsMax)
    return {
      problem: `The period has more than ${intervalsMax} intervals: ask for a shorter period, or longer intervals.`,
    };
  const visits = await tables.countVisits({
    ...period,
    queues: queue ?? null,
    serviceLevelMs,
    shortAbandonMs,
    timeZone,
    interval: interval ?? null,
    until: { rows: countsMax + 1, bytes: countsBytesMax },
  });
  if (visits.length > countsMax || visits.reduce((sum, count) => sum + bytesOfCount(count), 0) > countsBytesMax)
    return {
      problem: `The answer has more than ${countsMax} counts of a queue in an interval, or 10 MiB of them: ask for fewer queues, a shorter period, or longer intervals.`,
    };
  const stats = { ...period, interval: interval ?? null, ...countingRulesJson(rules), ...sumVisits(visits) };
  if (!interval) return stats;
  // Also the intervals without a call.
  const begins = await tables.readIntervals({ ...period, interval, timeZone });
  const byBegin = Map.groupBy(visits, ({ begin }) => begin);
  return { ...stats, intervals: begins.map((begin) => ({ begin, ...sumVisits(byBegin.get(begin) ?? []) })) };
}
