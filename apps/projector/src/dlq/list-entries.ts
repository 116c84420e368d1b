import type { DlqContents, DeadLetterEntry } from './entries.ts';
import { matchesFilter } from './select-entries.ts';
import type { DeadLetterFilter } from './select-entries.ts';

export interface ListEntriesOptions extends DeadLetterFilter {
  /** Also those that somebody has decided on. */
  readonly all?: boolean;
  /** The newest so many. */
  readonly limit: number;
  readonly json?: boolean;
}

/** The lines of `dlq list`: a table with a summary, or one JSON object an entry. */
export function listEntries(
  { entries, strangers, unreadable }: DlqContents,
  { all, limit, json, ...filter }: ListEntriesOptions,
): string[] {
  const found = entries.filter((entry) => (all === true || entry.decision === null) && matchesFilter(entry, filter));
  const shown = found.toSorted((a, b) => (a.put_aside_at < b.put_aside_at ? -1 : 1)).slice(-limit);
  if (json === true) return shown.map((entry) => JSON.stringify(entry));
  const count = (decision: DeadLetterEntry['decision']) =>
    entries.filter((entry) => entry.decision === decision).length;
  const left = found.length - shown.length;
  return [
    ...(shown.length === 0 ? [] : [...table(shown), '']),
    `${count(null)} open, ${count('replayed')} replayed, ${count('dropped')} dropped.` +
      (left > 0 ? ` ${left} older ones are not shown: --limit.` : '') +
      (strangers > 0 ? ` ${strangers} records on the DLQ were not written by a projector.` : '') +
      (unreadable > 0 ? ` ${unreadable} batches of the DLQ itself cannot be read.` : ''),
    ...reasons(found),
  ];
}

const columns = {
  ID: ({ id }: DeadLetterEntry) => id,
  'PUT ASIDE': (entry: DeadLetterEntry) => entry.put_aside_at,
  KIND: ({ kind }: DeadLetterEntry) => kind,
  BYTES: ({ bytes, reference }: DeadLetterEntry) => (reference ? 'in the log' : String(bytes ?? 'none')),
  KEY: ({ key }: DeadLetterEntry) => shorten(key ?? '-', 24),
  STATE: ({ decision }: DeadLetterEntry) => decision ?? 'open',
  REASON: ({ reason }: DeadLetterEntry) => shorten(reason, 80),
};

/** In one line, whatever was sent, and no longer than `chars`. What controls a terminal does not reach it. */
export const shorten = (text: string, chars: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
  return line.length > chars ? `${line.slice(0, chars - 1)}…` : line;
};

function table(entries: readonly DeadLetterEntry[]): string[] {
  const rows = [Object.keys(columns), ...entries.map((entry) => Object.values(columns).map((of) => of(entry)))];
  const widths = Object.keys(columns).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** How many there are of each reason, the most frequent first. */
function reasons(entries: readonly DeadLetterEntry[]): string[] {
  const groups = [...Map.groupBy(entries, ({ reason }) => shorten(reason, 100))];
  return groups
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, 10)
    .map(([reason, of]) => `  ${String(of.length).padStart(7)}  ${reason}`);
}
