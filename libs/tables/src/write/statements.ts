/**
 * Statements that write rows, from an array of rows ($1) or another table. The array is passed as text and cast: a parameter
 * of a table's row type would stay bound to the old tables after a swap.
 */

/** Keeps the first delivery of an event, and adds up the deliveries. */
export const upsertEventsFrom = (rows: string): string => `
insert into events as e (uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted, source, source_name,
  facts, deliveries)
select uuid, id, call_id, type, kind, actor, queue, at, clock, received_at, body, omitted, source, source_name, facts, deliveries
from ${rows}
on conflict (uuid) do update set
  deliveries = e.deliveries + excluded.deliveries,
  id = least(e.id, excluded.id),
  call_id = case when excluded.id < e.id then excluded.call_id else e.call_id end,
  at = case when excluded.id < e.id then excluded.at else e.at end,
  clock = case when excluded.id < e.id then excluded.clock else e.clock end,
  received_at = case when excluded.id < e.id then excluded.received_at else e.received_at end`;

export const upsertEventRows = upsertEventsFrom('unnest($1::text::events[])');

const insertInto = (table: string): string => `insert into ${table} select * from unnest($1::text::${table}[])`;

export const insertCalls = insertInto('calls');

const columnsOfCalls = `id, last_id, state, state_at, is_opened, began_at, finished_at, direction, our_number, their_number,
  their_number_type, queue, recording_url, code, waiting_at, waiting_since, answered_at, answered_last_at, abandoned_at, created_at,
  updated_at, last_event_at, heard_at, delay_ms, is_long, facts`;
const qualified = (row: string, columns: string): string => columns.replaceAll(/\w+/g, `${row}.$&`);

/** Part of the error message of {@link replaceCalls}: plain SQL can raise an error only by casting such a text to a number. */
export const callConflictMessage = 'calls replaced, of more:';

/**
 * Replaces calls by compare-and-set: each must still have this last_id ($2) and facts of this many bytes ($3). Otherwise it
 * fails with {@link callConflictMessage}, which aborts the transaction although its commit has been sent already.
 */
export const replaceCalls = `
with replaced as (
  update calls c set (${columnsOfCalls}) = row(${qualified('r', columnsOfCalls)})
  from unnest($1::text::calls[], $2::bigint[], $3::int[]) as r(call_id, ${columnsOfCalls}, known_id, known_bytes)
  where c.call_id = r.call_id and c.last_id = r.known_id and octet_length(c.facts) = r.known_bytes
  returning 1
)
select case when count(*) < cardinality($2::bigint[]) then ('${callConflictMessage} ' || count(*))::int end from replaced`;

interface OverwriteOptions {
  readonly table: 'visits' | 'segments';
  /** The columns besides the key. */
  readonly columns: string;
}

const overwrite = ({ table, columns }: OverwriteOptions): string => `
${insertInto(table)}
on conflict (call_id, n) do update set (${columns}) = row(${qualified('excluded', columns)})`;

export const overwriteVisits = overwrite({
  table: 'visits',
  columns: 'queue, direction, waiting_at, ended_at, outcome, wait_ms, actor',
});
export const overwriteSegments = overwrite({
  table: 'segments',
  columns: 'actor, number, queue, rang_at, rang_last_at, entered_at, entered_last_at, ended_at, end_reason',
});

/** Deletes the rows of calls ($1) whose `n` is at least $2. */
const shorten = (table: 'visits' | 'segments'): string => `
delete from ${table} t using unnest($1::text[], $2::int[]) as left_over(call_id, n)
where t.call_id = left_over.call_id and t.n >= left_over.n`;
export const shortenVisits = shorten('visits');
export const shortenSegments = shorten('segments');
