import type { FileLine } from './lines.ts';

/**
 * The time of a line, in whole seconds, as text; of a line without a time, its beginning. Lines of one second count in the order of the log,
 * e.g. a pause and its end, so they have to come there in the order of the file.
 */
const secondOf = ({ bytes }: FileLine): string => bytes.toString('latin1', 0, secondDigits);
const secondDigits = 10;

export const secondsOf = (lines: readonly FileLine[]): ReadonlySet<string> => new Set(lines.map(secondOf));

/** Number of lines before those at the end that are of the second of `next`; all lines, if they are all of it. */
export function linesBeforeSecond(lines: readonly FileLine[], next: FileLine): number {
  const second = secondOf(next);
  return lines.findLastIndex((line) => secondOf(line) !== second) + 1 || lines.length;
}

/** Cuts chunks of lines between two seconds, so that the lines of one second are in one chunk, unless they fill it. */
export async function* wholeSeconds(chunks: AsyncIterable<readonly FileLine[]>): AsyncGenerator<readonly FileLine[]> {
  let rest: readonly FileLine[] = [];
  for await (const chunk of chunks) {
    const lines = rest.length === 0 ? chunk : [...rest, ...chunk];
    const last = lines.at(-1);
    const cut = last ? linesBeforeSecond(lines, last) : 0;
    if (cut > 0) yield lines.slice(0, cut);
    rest = lines.slice(cut);
  }
  if (rest.length > 0) yield rest;
}
