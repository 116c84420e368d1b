/**
 * Statements that write rows, of an array of rows ($1) or of another table. The array is a text, read by a cast: a
 * parameter of its own type would stay of the type of tables that a swap has put aside.
 */

/** The first delivery of an event counts, and how many there are. */
export const upsertEventsFrom = (rows: string): string => `
insert into events as e (uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, deliveries)
select uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, deliveries
from ${rows}
on conflict (uuid) do update set
  deliveries = e.deliveries + excluded.deliveries,
  id = least(e.id, excluded.id),
  call_id = case when excluded.id < e.id then excluded.call_id else e.call_id end,
  at = case when excluded.id < e.id then excluded.at else e.at end,
  clock = case when excluded.id < e.id then excluded.clock else e.clock end,
  received_at = case when excluded.id < e.id then excluded.received_at else e.received_at end`;

export const upsertEventRows = upsertEventsFrom('unnest($1::text::events[])');

interface Overwritten {
  readonly table: 'calls' | 'visits' | 'segments';
  readonly key: string;
  /** The columns besides the key. */
  readonly columns: string;
}

/** Only one projector at a time writes what is said of a call: its rows are replaced. */
const overwrite = ({ table, key, columns }: Overwritten): string => `
insert into ${table} select * from unnest($1::text::${table}[])
on conflict (${key}) do update set (${columns}) = row(${columns.replaceAll(/\w+/g, 'excluded.$&')})`;

export const overwriteCalls = overwrite({
  table: 'calls',
  key: 'call_id',
  columns: `id, last_id, state, state_at, is_opened, began_at, finished_at, direction, our_number, their_number, their_number_type,
  queue, recording_url, code, waiting_at, waiting_since, answered_at, answered_last_at, abandoned_at, created_at, updated_at,
  last_event_at, heard_at, delay_ms, is_long, facts`,
});
export const overwriteVisits = overwrite({
  table: 'visits',
  key: 'call_id, n',
  columns: 'queue, direction, waiting_at, ended_at, outcome, wait_ms, actor',
});
export const overwriteSegments = overwrite({
  table: 'segments',
  key: 'call_id, n',
  columns: 'actor, number, queue, rang_at, rang_last_at, entered_at, ended_at, end_reason',
});

/** Deletes the rows of calls ($1) from a place ($2) on. */
const shorten = (table: 'visits' | 'segments'): string => `
delete from ${table} t using unnest($1::text[], $2::int[]) as left_over(call_id, n)
where t.call_id = left_over.call_id and t.n >= left_over.n`;
export const shortenVisits = shorten('visits');
export const shortenSegments = shorten('segments');
