import type { DeadLetterEntry } from './entries.ts';

/** Which entries; what is not given leaves none out. */
export interface DeadLetterFilter {
  readonly partition?: number;
  readonly kind?: string;
  /** Text that the reason contains, in any case. */
  readonly reason?: string;
  /** Put aside at or after, and before; ms since 1970. */
  readonly since?: number;
  readonly until?: number;
}

export const matchesFilter = (entry: DeadLetterEntry, filter: DeadLetterFilter): boolean =>
  (filter.partition === undefined || entry.partition === filter.partition) &&
  (filter.kind === undefined || entry.kind === filter.kind) &&
  (filter.reason === undefined || entry.reason.toLowerCase().includes(filter.reason.toLowerCase())) &&
  (filter.since === undefined || Date.parse(entry.put_aside_at) >= filter.since) &&
  (filter.until === undefined || Date.parse(entry.put_aside_at) < filter.until);

export interface DeadLetterSelection extends DeadLetterFilter {
  /** `partition:offset`. */
  readonly ids: readonly string[];
  readonly all?: boolean;
  /** Also those that somebody has decided on before. */
  readonly decided?: boolean;
}

/** The entries to act on: those of the ids, or those that nobody has decided on and that match. @throws {Error} if that says nothing, or names what is not there */
export function selectEntries(
  entries: readonly DeadLetterEntry[],
  { ids, all, decided, ...filter }: DeadLetterSelection,
): DeadLetterEntry[] {
  const isFiltered = Object.keys(filter).length > 0;
  if (ids.length === 0 && !isFiltered && all !== true)
    throw new Error('Say which entries: their ids (partition:offset, see dlq list), a filter, or --all.');
  if (ids.length > 0 && (isFiltered || all === true)) throw new Error('Give ids, or a filter, not both.');
  const missing = ids.filter((id) => !entries.some((entry) => entry.id === id));
  if (missing.length > 0) throw new Error(`The DLQ has no entry ${missing.join(', ')}. See dlq list --all.`);
  const chosen = entries.filter((entry) => (ids.length > 0 ? ids.includes(entry.id) : matchesFilter(entry, filter)));
  if (decided === true) return chosen;
  const done = chosen.find((entry) => entry.decision !== null);
  if (ids.length > 0 && done)
    throw new Error(
      `Entry ${done.id} was ${done.decision ?? ''} at ${done.decided_at ?? ''}. --again does it all the same.`,
    );
  return chosen.filter((entry) => entry.decision === null);
}
