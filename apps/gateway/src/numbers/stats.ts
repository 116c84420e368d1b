import type { Stats } from '@callstream/contracts';
import { bytesOfCount, countVisits, readIntervals, readPeriod } from '@callstream/tables';
import type { Interval, Queryable } from '@callstream/tables';
import type { Scope } from '../access/scope.ts';
import type { CountingRules } from './queue-snapshot.ts';
import { countingRulesJson, sumVisits } from './totals.ts';

export interface StatsQuery {
  /** RFC 3339, or a day. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly interval?: Interval | undefined;
  readonly queue?: readonly string[] | undefined;
}

/** Most intervals in one answer. */
const intervalsMax = 3_000;
/** Most counts in one answer, each of a queue in an interval, and their bytes. */
const countsMax = 30_000;
const countsBytesMax = 10 * 1024 * 1024;

/** Least length of each interval, in ms. */
const lengthMs = {
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  hour: 3_600_000,
  day: 23 * 3_600_000,
  week: 7 * 23 * 3_600_000,
  month: 28 * 23 * 3_600_000,
} as const satisfies Record<Interval, number>;

/** What became of the visits of a period, as far as they may be seen; or why the period is none. */
export async function readStats(
  db: Queryable,
  { from, to, interval, queue }: StatsQuery,
  { rules, scope, now }: { readonly rules: CountingRules; readonly scope: Scope; readonly now: number },
): Promise<Stats | { readonly problem: string }> {
  const { timeZone, serviceLevelMs, shortAbandonMs } = rules;
  const period = await readPeriod(db, { from, to, now, timeZone });
  const ms = Date.parse(period.to) - Date.parse(period.from);
  if (ms <= 0) return { problem: `The period ends (${period.to}) before it begins (${period.from}).` };
  if (interval && ms / lengthMs[interval] > intervalsMax)
    return {
      problem: `The period has more than ${intervalsMax} intervals: ask for a shorter one, or longer intervals.`,
    };
  const visits = await countVisits(db, {
    ...period,
    queues: queue ?? scope.queues,
    ...{ serviceLevelMs, shortAbandonMs, timeZone },
    interval: interval ?? null,
    until: { rows: countsMax + 1, bytes: countsBytesMax },
  });
  if (visits.length > countsMax || visits.reduce((sum, count) => sum + bytesOfCount(count), 0) > countsBytesMax)
    return {
      problem: `The answer has more than ${countsMax} counts of a queue in an interval, or 10 MiB of them: ask for fewer queues, a shorter period, or longer intervals.`,
    };
  const sum = sumVisits(scope);
  const all = { ...period, interval: interval ?? null, ...countingRulesJson(rules), ...sum(visits) };
  if (!interval) return all;
  // Every interval, also those in which nobody called.
  const begins = await readIntervals(db, { ...period, interval, timeZone });
  const of = Map.groupBy(visits, ({ begin }) => begin);
  return { ...all, intervals: begins.map((begin) => ({ begin, ...sum(of.get(begin) ?? []) })) };
}
