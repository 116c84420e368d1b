import { printable } from '@callstream/resilience';
import type { CommandResult } from '@callstream/runtime';
import type { DeadLetterEntry, DlqContents } from './entries.ts';
import { matchesFilter } from './select-entries.ts';
import type { DeadLetterFilter } from './select-entries.ts';

export interface ListEntriesOptions extends DeadLetterFilter {
  /** Also entries that have a decision. */
  readonly all?: boolean;
  /** Most entries that are listed; the newest ones are. */
  readonly limit: number;
}

/** The result of `dlq list`: a table with a summary, or one JSON object per entry. */
export function listEntries(
  { entries, foreign, unreadable }: DlqContents,
  { all, limit, ...filter }: ListEntriesOptions,
): CommandResult {
  const found = entries.filter((entry) => (all === true || entry.decision === null) && matchesFilter(entry, filter));
  const listed = found.toSorted((a, b) => (a.put_aside_at < b.put_aside_at ? -1 : 1)).slice(-limit);
  const count = (decision: DeadLetterEntry['decision']) =>
    entries.filter((entry) => entry.decision === decision).length;
  const older = found.length - listed.length;
  const lines = [
    ...(listed.length === 0 ? [] : [...table(listed), '']),
    `${count(null)} open, ${count('replayed')} replayed, ${count('dropped')} dropped.` +
      (older > 0 ? ` ${older} older entries are not shown: raise --limit.` : '') +
      (foreign > 0 ? ` ${foreign} records on the DLQ were not written by a projector.` : '') +
      (unreadable > 0 ? ` ${unreadable} batches of the DLQ itself are unreadable.` : ''),
    ...countsByReason(found),
  ];
  return { lines, json: listed };
}

const columns = {
  ID: ({ id }: DeadLetterEntry) => id,
  'DEAD-LETTERED AT': (entry: DeadLetterEntry) => entry.put_aside_at,
  KIND: ({ kind }: DeadLetterEntry) => kind,
  BYTES: ({ bytes, reference }: DeadLetterEntry) => (reference ? 'in the log' : String(bytes ?? 'none')),
  KEY: ({ key }: DeadLetterEntry) => shorten(key ?? '-', 24),
  STATE: ({ decision }: DeadLetterEntry) => decision ?? 'open',
  REASON: ({ reason }: DeadLetterEntry) => shorten(reason, 80),
};

/** One printable line of at most `chars` characters. */
export const shorten = (text: string, chars: number): string => {
  const line = printable(text);
  return line.length > chars ? `${line.slice(0, chars - 1)}…` : line;
};

function table(entries: readonly DeadLetterEntry[]): string[] {
  const rows = [Object.keys(columns), ...entries.map((entry) => Object.values(columns).map((cellOf) => cellOf(entry)))];
  const widths = Object.keys(columns).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Number of entries for each of the ten most frequent reasons. */
function countsByReason(entries: readonly DeadLetterEntry[]): string[] {
  const groups = [...Map.groupBy(entries, ({ reason }) => shorten(reason, 100))];
  return groups
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, 10)
    .map(([reason, group]) => `  ${String(group.length).padStart(7)}  ${reason}`);
}
