import pg from 'pg';
import type { EventLines } from './event-lines.ts';
import { recordArray, valuesOfLine } from './row-text.ts';
import { copyEventsSql } from './rows.ts';
import type { Statement } from '../connection/pipeline.ts';
import { upsertEventRows } from './statements.ts';

/** Fewer are not worth a look and a COPY. */
const copyEventsMin = 50;

/** Finds those of `uuids` that are in the table. */
export const findEvents = (uuids: readonly string[]): Statement => ({
  name: 'known-events',
  text: 'select uuid from events where uuid = any($1::uuid[])',
  values: [`{${uuids.join()}}`],
});

/** Whether so many events are to be copied, once it is known which of them are there already. */
export const shouldCopy = ({ uuids }: EventLines): boolean => uuids.length >= copyEventsMin;

/**
 * Joins the events of a batch into the table. Nearly all are new, and COPY takes those for less than an upsert
 * (docs/decisions/0006); those that are `known` to be there are upserted.
 */
export function insertEvents(events: EventLines, known: ReadonlySet<string>): Statement[] {
  if (known.size === 0) return [copy(events.bytes)];
  const lines = linesOf(events);
  const isKnown = (line: string): boolean => known.has(line.slice(0, uuidLength));
  const others = lines.filter((line) => !isKnown(line));
  return [...upsert(lines.filter(isKnown)), copy(Buffer.from(others.map((line) => `${line}\n`).join('')))];
}

/** Joins events one by one, whether they are there or not. */
export const upsertEvents = (events: EventLines): Statement[] =>
  events.uuids.length > 0 ? upsert(linesOf(events)) : [];

/** Whether an event could not be copied, or the key not be made, because it is there already. */
export const isDuplicateEvent = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'events_pkey';

/** Lines begin with it. */
const uuidLength = 36;
const linesOf = ({ bytes }: EventLines): string[] => bytes.toString().slice(0, -1).split('\n');

function upsert(lines: readonly string[]): Statement[] {
  const rows = recordArray(lines.map(valuesOfLine));
  return rows ? [{ name: 'upsert-events', text: upsertEventRows, values: [rows] }] : [];
}

const copy = (bytes: Buffer): Statement => ({ copy: copyEventsSql('events'), bytes });
