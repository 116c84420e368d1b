import { countCalls, countVisits, liveSchema } from '@callstream/tables';
import type { Interval } from '@callstream/tables';
import { countCallRowsInSql, countVisitRowsInSql, measureCountingBuckets, poolOf } from '@callstream/tables/testing';
import type { System } from '../../src/system/system.ts';
import { measureMs } from '../bench.ts';
import type { BenchRow, ReportProgress } from '../bench.ts';
import type { YearOfCalls } from '../travel/year-of-calls.ts';
import { measureYearAgents } from './year-agents.ts';
import { bucketsMsMax, measureRuns, readAnswer, yearRow } from './year-row.ts';

const runs = 40;

/** How the year is asked for. Days of another zone than UTC are no whole days of the buckets. */
const questions: readonly { readonly interval: Interval | null; readonly timeZone: string }[] = [
  { interval: null, timeZone: 'America/Sao_Paulo' },
  { interval: 'month', timeZone: 'America/Sao_Paulo' },
  { interval: 'day', timeZone: 'America/Sao_Paulo' },
  { interval: 'day', timeZone: 'Asia/Kolkata' },
];
/** Half an hour between the days of this zone and the hours of UTC: its days have the most buckets. */
export const yearTimeZone = 'Asia/Kolkata';

interface YearBenchOptions {
  /** Without services; `TIME_ZONE` is {@link yearTimeZone}. */
  readonly system: System;
  /** Events of which the year has the calls, visits and segments. */
  readonly events: number;
  readonly year: YearOfCalls;
  readonly report: ReportProgress;
}

/** Numbers of a year of visits and calls of 20 queues from buckets, and from the rows; and of agents. */
export async function measureYear({ system, year, events, report }: YearBenchOptions): Promise<BenchRow[]> {
  const { db } = system;
  const countMs = await measureCountingBuckets(db, liveSchema);
  // As autovacuum does in a running system; here it would come while answers are measured.
  await poolOf(db).query('vacuum analyze');
  const label = `a year of ${year.begins.length} calls (${events} events)`;
  const rows: BenchRow[] = [{ name: `${label}: counting all buckets`, result: `${countMs.toFixed(0)} ms` }];
  const now = Date.now();
  const period = { from: new Date(year.begins[0] ?? 0).toISOString(), to: new Date(now).toISOString(), queues: null };
  for (const { interval, timeZone } of questions) {
    const name = `${label}, by ${interval ?? 'nothing'} and queue, ${timeZone}`;
    report(`${name} …`);
    const asked = { ...period, interval, timeZone, serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
    const outcomes = { ...period, interval, timeZone, now, staleAfterMs: 7_200_000 };
    const ms = await measureRuns(runs, async (i) => {
      await countVisits(db, { ...asked, serviceLevelMs: i * 1_000 });
      await countCalls(db, outcomes);
    });
    const fromRows = await measureMs(async () => {
      await countVisitRowsInSql(db, asked);
      await countCallRowsInSql(db, outcomes);
    });
    rows.push(yearRow(name, ms, { msMax: bucketsMsMax, more: `; from the rows ${fromRows.toFixed(0)} ms` }));
  }
  await system.start('projector');
  await system.start('gateway');
  const api = `${system.socketUrl.replace('ws:', 'http:')}api/`;
  for (const query of ['', '&interval=day']) {
    const ms = await measureRuns(runs, (i) =>
      readAnswer(`${api}stats?from=${period.from}&to=${period.to}&threshold=${i + 1}${query}`),
    );
    rows.push(yearRow(`${label}: GET /api/stats, any threshold${query}, ${yearTimeZone}`, ms, { msMax: bucketsMsMax }));
  }
  rows.push(...(await measureYearAgents({ api, label, end: year.begins.at(-1) ?? now, report })));
  return rows;
}
