import { countCalls, countVisits } from '@callstream/tables';
import type { Interval, Tables } from '@callstream/tables';
import { countCallRowsInSql, countVisitRowsInSql, insertYearOfVisits } from '@callstream/tables/testing';
import { quantile } from '../../src/load/statistics.ts';
import { measureMs } from '../bench.ts';
import type { BenchRow, ReportProgress } from '../bench.ts';

const runs = 20;
/** A call has about eight events. */
const eventsPerCall = 8;
/** Goal for the numbers of a year, in ms. */
const yearMsMax = 300;
const yearMs = 364 * 86_400_000;

/** How the year is asked for. Days of another zone than UTC are no whole days of the buckets. */
const questions: readonly { readonly interval: Interval | null; readonly timeZone: string }[] = [
  { interval: null, timeZone: 'America/Sao_Paulo' },
  { interval: 'month', timeZone: 'America/Sao_Paulo' },
  { interval: 'day', timeZone: 'America/Sao_Paulo' },
  { interval: 'day', timeZone: 'Asia/Kolkata' },
];

interface YearBenchOptions {
  readonly db: Tables;
  /** Events of which the year has the visits and calls. */
  readonly events: number;
  /** ms since 1970. */
  readonly now: number;
  readonly report: ReportProgress;
}

/** Numbers of a year of visits and calls from buckets, and from the rows. */
export async function measureYear({ db, events, now, report }: YearBenchOptions): Promise<BenchRow[]> {
  const calls = Math.floor(events / eventsPerCall);
  report(`filling the tables with a year of ${calls} calls …`);
  const countMs = await insertYearOfVisits(db, { calls, from: now - yearMs });
  const rows: BenchRow[] = [{ name: `counting all buckets of ${calls} calls`, result: `${countMs.toFixed(0)} ms` }];
  for (const { interval, timeZone } of questions) {
    const name = `a year of ${calls} calls, ${interval === null ? 'in total' : `by ${interval}`}, ${timeZone}`;
    report(`${name} …`);
    const period = { from: new Date(now - yearMs).toISOString(), to: new Date(now).toISOString(), queues: null };
    const asked = { ...period, interval, timeZone, serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
    const outcomes = { ...period, interval, timeZone, now, staleAfterMs: 7_200_000 };
    const ms: number[] = [];
    for (let i = 0; i < runs; i++)
      ms.push(
        await measureMs(async () => {
          await countVisits(db, { ...asked, serviceLevelMs: i * 1_000 });
          await countCalls(db, outcomes);
        }),
      );
    const fromRows = await measureMs(async () => {
      await countVisitRowsInSql(db, asked);
      await countCallRowsInSql(db, outcomes);
    });
    const p95 = quantile(ms, 0.95);
    rows.push({
      name,
      result: `p50 ${quantile(ms, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; from the rows ${fromRows.toFixed(0)} ms`,
      target: `p95 < ${yearMsMax} ms`,
      met: p95 < yearMsMax,
    });
  }
  return rows;
}
