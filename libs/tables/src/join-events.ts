import { finished } from 'node:stream/promises';
import pg from 'pg';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyRow, eventColumns, eventRow } from './rows.ts';
import type { CountedEvent } from './rows.ts';
import { upsertEventRows } from './statements.ts';

/** Fewer are not worth a look and a COPY: one upsert is one round trip. */
const copyLeast = 50;

/**
 * Joins the events of a batch into the table. Nearly all are new, and COPY takes those for less than an upsert
 * (docs/decisions/0006); what a look finds is there already is upserted.
 */
export async function joinEvents(db: ClientBase, batch: readonly CountedEvent[]): Promise<void> {
  if (batch.length < copyLeast) return upsertEvents(db, batch);
  const events = sorted(batch);
  const known = await knownOf(db, events);
  await upsertEvents(
    db,
    events.filter(({ event }) => known.has(event.uuid)),
  );
  await copy(db, known.size === 0 ? events : events.filter(({ event }) => !known.has(event.uuid)));
}

/** Whether an event could not be copied because another transaction has just written it. */
export const isEventTaken = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === 'events_pkey';

/** By key, so that two transactions take them in the same order. */
const sorted = (events: readonly CountedEvent[]): CountedEvent[] =>
  events.toSorted((a, b) => (a.event.uuid < b.event.uuid ? -1 : 1));

async function knownOf(db: ClientBase, events: readonly CountedEvent[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ uuid: string }>({
    name: 'known-events',
    text: 'select uuid from events where uuid = any($1::uuid[])',
    values: [`{${events.map(({ event }) => event.uuid).join()}}`],
  });
  return new Set(rows.map(({ uuid }) => uuid));
}

/** Joins events one by one, whether they are there or not. */
export async function upsertEvents(db: ClientBase, events: readonly CountedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = `[${sorted(events).map(eventRow).join()}]`;
  await db.query({ name: 'upsert-events', text: upsertEventRows, values: [rows] });
}

async function copy(db: ClientBase, events: readonly CountedEvent[]): Promise<void> {
  const stream = db.query(copyFrom(`copy events (${eventColumns}) from stdin`));
  const ended = finished(stream);
  stream.end(events.map(copyRow).join(''));
  await ended;
}
