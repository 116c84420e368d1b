import type { BenchRow, ReportProgress } from '../bench.ts';
import { measureRuns, readAnswer, yearRow } from './year-row.ts';

/** Fewer than of other numbers: a month may take seconds. */
const runs = 10;
const dayMs = 86_400_000;

/** Days until now. Only the numbers of a year come from buckets alone: the others have times logged in. */
const periods = [
  ['a day', 1, ''],
  ['a week', 7, ''],
  ['a month', 31, ''],
  ['a year', 364, ''],
  ['a year', 364, '&interval=day'],
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
  for (const [text, days, query] of periods) {
    const name = `${label}: GET /api/stats/agents of ${text}${query}`;
    report(`${name} …`);
    const period = `from=${new Date(end - days * dayMs).toISOString()}&to=${new Date(end).toISOString()}`;
    // An answer that takes over 5 s is refused: that is a result.
    const row = await measureRuns(runs, () => readAnswer(`${api}stats/agents?${period}${query}`)).then(
      (ms) => yearRow(name, ms),
      (error: unknown) => ({ name, result: String(error), met: false }),
    );
    rows.push(row);
  }
  return rows;
}
