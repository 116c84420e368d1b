import type { Servers } from './servers.ts';

/** Prints a progress line to stderr. */
export type ReportProgress = (line: string) => void;

export interface BenchRow {
  readonly name: string;
  readonly result: string;
  /** Threshold against regressions, and whether the result meets it. */
  readonly target?: string;
  readonly met?: boolean;
}

/** A benchmark of `npm run bench`; main.ts lists all. */
export interface Bench {
  readonly about: string;
  /** What may follow the name of the benchmark, for its help; default: nothing. */
  readonly argsText?: string;
  /** Help of `--keep FOLDER`, if the benchmark can reuse what it has filled. */
  readonly keepText?: string;
  /** About how long it takes with its default arguments on 2 cores, in minutes. */
  readonly minutes: number;
  /** `args`: the arguments after the name of the benchmark. */
  readonly run: (servers: Servers, report: ReportProgress, args: readonly string[]) => Promise<BenchRow[]>;
}

/** The first argument as a number of events; default: `eventsDefault`. @throws {Error} if it is not a number of at least 1,000 */
export function eventsArg(args: readonly string[], eventsDefault: number): number {
  const [text] = args;
  const events = text === undefined ? eventsDefault : Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(events) || events < 1_000)
    throw new Error(`"${text ?? ''}" is not a number of events: use at least 1000.`);
  return events;
}

const runsDefault = 3;

/** Help for {@link eventsArg} and {@link runsArg}. */
export const eventsAndRunsText = (eventsDefault: number): string =>
  `EVENTS (default: ${eventsDefault}), and RUNS, of which the median counts (default: ${runsDefault})`;

/** The second argument as a number of runs, of which the median counts; default: 3. @throws {Error} if it is not a number of at least 1 */
export function runsArg([, text]: readonly string[]): number {
  const runs = text === undefined ? runsDefault : Number(text);
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new Error(`"${text ?? ''}" is not a number of runs: use at least 1.`);
  return runs;
}

/** Rows as a plain text table. */
export function tableOf(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ name, result, target = '', met }) => [
    name,
    result,
    target,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]);
  const all = [['', 'result', 'target', 'met'], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Duration of `work` in ms. */
export async function measureMs(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
