import type { DeadLetterEntry } from './entries.ts';

/** A missing criterion matches every entry. */
export interface DeadLetterFilter {
  readonly partition?: number;
  readonly kind?: string;
  /** Text that the reason contains, ignoring case. */
  readonly reason?: string;
  /** Dead-lettered at or after this time, in ms since 1970. */
  readonly since?: number;
  /** Dead-lettered before this time, in ms since 1970. */
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
  /** Also entries that already have a decision. */
  readonly decided?: boolean;
}

/**
 * Selects entries by ids, or the open ones by filter.
 * @throws {Error} if neither is given, or both, or an id is not on the DLQ
 */
export function selectEntries(
  entries: readonly DeadLetterEntry[],
  { ids, all, decided, ...filter }: DeadLetterSelection,
): DeadLetterEntry[] {
  const criteria = [filter.partition, filter.kind, filter.reason, filter.since, filter.until];
  const isFiltered = criteria.some((criterion) => criterion !== undefined);
  if (ids.length === 0 && !isFiltered && all !== true)
    throw new Error('No entries selected: give ids (partition:offset, see dlq list), a filter, or --all.');
  if (ids.length > 0 && (isFiltered || all === true)) throw new Error('Give ids, or a filter, not both.');
  const missing = ids.filter((id) => !entries.some((entry) => entry.id === id));
  if (missing.length > 0) throw new Error(`The DLQ has no entry ${missing.join(', ')}. See dlq list --all.`);
  const selected = entries.filter((entry) => (ids.length > 0 ? ids.includes(entry.id) : matchesFilter(entry, filter)));
  if (decided === true) return selected;
  const alreadyDecided = selected.find((entry) => entry.decision !== null);
  if (ids.length > 0 && alreadyDecided)
    throw new Error(
      `Entry ${alreadyDecided.id} was ${alreadyDecided.decision ?? ''} at ${alreadyDecided.decided_at ?? ''}. Repeat it with --again.`,
    );
  return selected.filter((entry) => entry.decision === null);
}
