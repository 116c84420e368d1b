import type { BenchRow, ReportProgress } from '../bench.ts';
import { bucketsMsMax, measureRuns, readAnswer, yearRow } from './year-row.ts';

/** Fewer than of other numbers: a month may take seconds. */
const runs = 10;
const dayMs = 86_400_000;

/** Goal for the occupancy, in ms: it has no buckets, as it depends on the moment, and is of at most 32 days. */
const occupancyMsMax = 2_000;

/** Days until now. Up to 32 of them have the occupancy. */
const periods = [
  ['a day, with occupancy', 1, '', occupancyMsMax],
  ['a week, with occupancy', 7, '', occupancyMsMax],
  ['a month, with occupancy', 31, '', occupancyMsMax],
  ['a year', 364, '', bucketsMsMax],
  ['a year', 364, '&interval=day', bucketsMsMax],
] as const;

interface YearAgentsOptions {
  /** Beginning of the addresses of the API. */
  readonly api: string;
  readonly label: string;
  /** End of the year, ms since 1970. */
  readonly end: number;
  readonly report: ReportProgress;
}

/** Talk times and the times of agents of a day to a year. */
export async function measureYearAgents({ api, label, end, report }: YearAgentsOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [text, days, query, msMax] of periods) {
    const name = `${label}: GET /api/stats/agents of ${text}${query}`;
    report(`${name} …`);
    const period = `from=${new Date(end - days * dayMs).toISOString()}&to=${new Date(end).toISOString()}`;
    // An answer that takes over 5 s is refused: that is a result.
    const row = await measureRuns(runs, () => readAnswer(`${api}stats/agents?${period}${query}`)).then(
      (ms) => yearRow(name, ms, { msMax }),
      (error: unknown) => ({ name, result: String(error), met: false }),
    );
    rows.push(row);
  }
  return rows;
}
