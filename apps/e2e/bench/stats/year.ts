import { countCalls, countVisits, liveSchema } from '@callstream/tables';
import type { Interval } from '@callstream/tables';
import { countCallRowsInSql, countVisitRowsInSql, measureCountingBuckets } from '@callstream/tables/testing';
import { quantile } from '../../src/load/statistics.ts';
import type { System } from '../../src/system/system.ts';
import { measureMs } from '../bench.ts';
import type { BenchRow, ReportProgress } from '../bench.ts';
import type { YearOfCalls } from '../travel/year-of-calls.ts';

const runs = 20;
/** Goal for the numbers of a year, in ms. */
const yearMsMax = 300;

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
  /** Events of which the year has the visits and calls. */
  readonly events: number;
  readonly year: YearOfCalls;
  readonly report: ReportProgress;
}

/** Numbers of a year of visits and calls of 20 queues from buckets, and from the rows. */
export async function measureYear({ system, year, events, report }: YearBenchOptions): Promise<BenchRow[]> {
  const { db } = system;
  const countMs = await measureCountingBuckets(db, liveSchema);
  const label = `a year of ${year.begins.length} calls (${events} events)`;
  const rows: BenchRow[] = [{ name: `${label}: counting all buckets`, result: `${countMs.toFixed(0)} ms` }];
  const now = Date.now();
  const period = { from: new Date(year.begins[0] ?? 0).toISOString(), to: new Date(now).toISOString(), queues: null };
  for (const { interval, timeZone } of questions) {
    const name = `${label}, by ${interval ?? 'nothing'} and queue, ${timeZone}`;
    report(`${name} …`);
    const asked = { ...period, interval, timeZone, serviceLevelMs: 20_000, shortAbandonMs: 5_000 };
    const outcomes = { ...period, interval, timeZone, now, staleAfterMs: 7_200_000 };
    const ms = await measureRuns(async (i) => {
      await countVisits(db, { ...asked, serviceLevelMs: i * 1_000 });
      await countCalls(db, outcomes);
    });
    const fromRows = await measureMs(async () => {
      await countVisitRowsInSql(db, asked);
      await countCallRowsInSql(db, outcomes);
    });
    rows.push(rowOf(name, ms, `; from the rows ${fromRows.toFixed(0)} ms`));
  }
  await system.start('projector');
  await system.start('gateway');
  const base = `${system.socketUrl.replace('ws:', 'http:')}api/stats?from=${period.from}&to=${period.to}`;
  for (const query of ['', '&interval=day']) {
    const ms = await measureRuns(async (i) => {
      const response = await fetch(`${base}&threshold=${i + 1}${query}`);
      const text = await response.text();
      if (!response.ok) throw new Error(text);
    });
    rows.push(rowOf(`${label}: GET /api/stats, any threshold${query}, ${yearTimeZone}`, ms));
  }
  return rows;
}

async function measureRuns(run: (i: number) => Promise<unknown>): Promise<number[]> {
  const ms: number[] = [];
  for (let i = 0; i < runs; i++) ms.push(await measureMs(() => run(i)));
  return ms;
}

function rowOf(name: string, ms: readonly number[], more = ''): BenchRow {
  const p95 = quantile(ms, 0.95);
  return {
    name,
    result: `p50 ${quantile(ms, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms${more}`,
    target: `p95 < ${yearMsMax} ms`,
    met: p95 < yearMsMax,
  };
}
