import { finished } from 'node:stream/promises';
import pg from 'pg';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { EventLines } from './batch-rows.ts';
import { recordArray, valuesOfLine } from './row-text.ts';
import { eventColumns } from './rows.ts';
import { upsertEventRows } from './statements.ts';

/** Fewer are not worth a look and a COPY: one upsert is one round trip. */
const copyLeast = 50;

/**
 * Joins the events of a batch into the table. Nearly all are new, and COPY takes those for less than an upsert
 * (docs/decisions/0006); what a look finds is there already is upserted.
 */
export async function joinEvents(db: ClientBase, events: EventLines): Promise<void> {
  if (events.count < copyLeast) return upsertEvents(db, events);
  const known = await knownOf(db, events);
  if (known.size === 0) return copy(db, events.bytes);
  const lines = linesOf(events);
  const isKnown = (line: string): boolean => known.has(line.slice(0, uuidLength));
  await upsert(db, lines.filter(isKnown));
  await copy(db, lines.filter((line) => !isKnown(line)).join('\n'));
}

/** Whether an event could not be copied because another transaction has just written it. */
export const isEventTaken = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'events_pkey';

/** Lines begin with it. */
const uuidLength = 36;
const linesOf = ({ bytes }: EventLines): string[] => bytes.toString().slice(0, -1).split('\n');

async function knownOf(db: ClientBase, { uuids }: EventLines): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ uuid: string }>({
    name: 'known-events',
    text: 'select uuid from events where uuid = any($1::uuid[])',
    values: [uuids],
  });
  return new Set(rows.map(({ uuid }) => uuid));
}

/** Joins events one by one, whether they are there or not. */
export async function upsertEvents(db: ClientBase, events: EventLines): Promise<void> {
  if (events.count > 0) await upsert(db, linesOf(events));
}

async function upsert(db: ClientBase, lines: readonly string[]): Promise<void> {
  await db.query({ name: 'upsert-events', text: upsertEventRows, values: [recordArray(lines.map(valuesOfLine))] });
}

async function copy(db: ClientBase, lines: Buffer | string): Promise<void> {
  const stream = db.query(copyFrom(`copy events (${eventColumns}) from stdin`));
  const ended = finished(stream);
  stream.end(lines);
  await ended;
}
