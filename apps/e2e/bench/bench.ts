import type { Servers } from './servers.ts';

export interface BenchRow {
  readonly what: string;
  readonly result: string;
  /** Threshold that guards against regressions, and whether it is met. */
  readonly wanted?: string;
  readonly met?: boolean;
}

/** One benchmark: a file of this folder, named in main.ts. */
export interface Bench {
  readonly about: string;
  /** `say` tells how far it is; `args` stand behind the name of the benchmark. */
  readonly run: (servers: Servers, say: (line: string) => void, args: readonly string[]) => Promise<BenchRow[]>;
}

/** The first argument as a number of events. @throws {Error} if it is none */
export function eventsArg(args: readonly string[], given: number): number {
  const [text] = args;
  const events = text === undefined ? given : Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(events) || events < 1_000)
    throw new Error(`"${text ?? ''}" is no number of events: at least 1000.`);
  return events;
}

const runsDefault = 3;

/** The second argument as a number of runs, of which the median counts. @throws {Error} if it is none */
export function runsArg([, text]: readonly string[]): number {
  const runs = text === undefined ? runsDefault : Number(text);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error(`"${text ?? ''}" is no number of runs: at least 1.`);
  return runs;
}

/** Rows as a table of plain text. */
export function tableOf(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ what, result, wanted = '', met }) => [
    what,
    result,
    wanted,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ]);
  const all = [['', 'result', 'wanted', 'met'], ...lines];
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
