import pg from 'pg';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { epochMs } from '../read/positions.ts';
import type { EventLines } from './event-lines.ts';
import type { EventBefore } from './presence-changes.ts';
import { recordArray, valuesOfLine } from './row-text.ts';
import { copyEventsSql } from './rows.ts';
import { upsertEventRows } from './statements.ts';

/** Below both, a lookup of duplicates and a COPY cost more than an upsert, which quotes its rows twice: here, and in Postgres. */
const copyEventsMin = 50;
const copyBytesMin = 64 * 1024;

/** Finds those of `uuids` that are in the table. */
export const findEvents = (uuids: readonly string[]): Statement => ({
  name: 'known-events',
  text: `select uuid, id, ${epochMs('at')}, deliveries from events where uuid = any($1::uuid[])`,
  values: [`{${uuids.join()}}`],
});

/** By uuid. */
export const foundEvents = (result: StatementResult | undefined): Map<string, EventBefore> =>
  new Map(
    result?.rows.map(([uuid, id, at, deliveries]) => [
      uuid ?? '',
      { id: Number(id), at: Number(at), deliveries: Number(deliveries) },
    ]),
  );

/** Whether to copy so many events, after a lookup of the possible duplicates. */
export const shouldCopy = ({ uuids, bytes }: EventLines): boolean =>
  uuids.length >= copyEventsMin || bytes.length >= copyBytesMin;

/**
 * Inserts the events of a batch by COPY, which costs less than an upsert (docs/decisions/0006), and upserts `duplicates`.
 * If any other event is in the table, the COPY fails with an error that {@link isDuplicateEvent} recognises.
 */
export function insertEvents(events: EventLines, duplicates: Pick<ReadonlySet<string>, 'has' | 'size'>): Statement[] {
  if (duplicates.size === 0) return [copy(events.bytes)];
  const lines = linesOf(events);
  const isDuplicate = (line: string): boolean => duplicates.has(line.slice(0, uuidLength));
  const newLines = lines.filter((line) => !isDuplicate(line));
  return [...upsert(lines.filter(isDuplicate)), copy(Buffer.from(newLines.map((line) => `${line}\n`).join('')))];
}

/** Upserts the events, whether or not they are in the table. */
export const upsertEvents = (events: EventLines): Statement[] =>
  events.uuids.length > 0 ? upsert(linesOf(events)) : [];

/** Whether a COPY, or the creation of the unique index, failed because of a duplicate event. */
export const isDuplicateEvent = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'events_pkey';

/** A line starts with the uuid. */
const uuidLength = 36;
const linesOf = ({ bytes }: EventLines): string[] => bytes.toString().slice(0, -1).split('\n');

function upsert(lines: readonly string[]): Statement[] {
  const rows = recordArray(lines.map(valuesOfLine));
  return rows ? [{ name: 'upsert-events', text: upsertEventRows, values: [rows] }] : [];
}

const copy = (bytes: Buffer): Statement => ({ copy: copyEventsSql, bytes });
