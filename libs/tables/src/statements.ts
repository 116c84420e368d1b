/**
 * The join of libs/domain in SQL, one upsert a table, of an array of rows ($1) or of another table. The array
 * is a text, read by a cast: a parameter of its own type would stay of the type of tables that a swap has put aside.
 * `least` and `greatest` ignore nulls, as the domain does.
 */

/** Assignments that take all of `columns` from the new row when it `wins`, or none: chosen values move together. */
const choose = (table: string, wins: string, columns: string): string =>
  columns
    .split(' ')
    .map((column) => `${column} = case when ${wins} then excluded.${column} else ${table}.${column} end`)
    .join(',\n  ');

/** FINISHED wins, of two the earlier; else the later. */
const newStateWins = `(excluded.state_rank = 4 and (c.state_rank <> 4 or excluded.state_at < c.state_at)
    or excluded.state_rank <> 4 and c.state_rank <> 4 and (excluded.state_at, excluded.state_rank) > (c.state_at, c.state_rank))`;

export const upsertEventsFrom = (rows: string): string => `
insert into events as e (uuid, id, call_id, type, kind, at, received_at, body, omitted, deliveries)
select uuid, id, call_id, type, kind, at, received_at, body, omitted, deliveries
from ${rows}
on conflict (uuid) do update set
  deliveries = e.deliveries + excluded.deliveries,
  id = least(e.id, excluded.id),
  call_id = case when excluded.id < e.id then excluded.call_id else e.call_id end,
  at = case when excluded.id < e.id then excluded.at else e.at end,
  received_at = case when excluded.id < e.id then excluded.received_at else e.received_at end`;

export const upsertCallsFrom = (rows: string): string => `
insert into calls as c
select call_id, id, last_id, state, state_at, state_rank,
  direction, our_number, their_number, their_number_type, parties_tier, parties_at, parties_rank, parties_uuid,
  queue, queue_tier, queue_at, queue_rank, queue_uuid, recording_url, recording_at, recording_uuid, code,
  waiting_at, waiting_since, answered_at, answered_last_at, abandoned_at, finished_at, created_at, updated_at, last_event_at
from ${rows}
on conflict (call_id) do update set
  id = least(c.id, excluded.id),
  last_id = greatest(c.last_id, excluded.last_id),
  ${choose('c', newStateWins, 'state state_at state_rank')},
  ${choose(
    'c',
    '(excluded.parties_tier, excluded.parties_at, excluded.parties_rank, excluded.parties_uuid) < (c.parties_tier, c.parties_at, c.parties_rank, c.parties_uuid)',
    'direction our_number their_number their_number_type parties_tier parties_at parties_rank parties_uuid',
  )},
  ${choose(
    'c',
    '(excluded.queue_tier, excluded.queue_at, excluded.queue_rank, excluded.queue_uuid) > (c.queue_tier, c.queue_at, c.queue_rank, c.queue_uuid)',
    'queue queue_tier queue_at queue_rank queue_uuid',
  )},
  ${choose('c', '(excluded.recording_at, excluded.recording_uuid) > (c.recording_at, c.recording_uuid)', 'recording_url recording_at recording_uuid')},
  code = least(c.code, excluded.code),
  waiting_at = least(c.waiting_at, excluded.waiting_at),
  waiting_since = greatest(c.waiting_since, excluded.waiting_since),
  answered_at = least(c.answered_at, excluded.answered_at),
  answered_last_at = greatest(c.answered_last_at, excluded.answered_last_at),
  abandoned_at = least(c.abandoned_at, excluded.abandoned_at),
  finished_at = least(c.finished_at, excluded.finished_at),
  created_at = least(c.created_at, excluded.created_at),
  updated_at = greatest(c.updated_at, excluded.updated_at),
  last_event_at = greatest(c.last_event_at, excluded.last_event_at)`;

export const upsertCallQueuesFrom = (rows: string): string => `
insert into call_queues as q
select call_id, queue, waiting_at, waiting_since, answered_at, abandoned_at
from ${rows}
on conflict (call_id, queue) do update set
  waiting_at = least(q.waiting_at, excluded.waiting_at),
  waiting_since = greatest(q.waiting_since, excluded.waiting_since),
  answered_at = least(q.answered_at, excluded.answered_at),
  abandoned_at = least(q.abandoned_at, excluded.abandoned_at)`;

export const upsertCallAgentsFrom = (rows: string): string => `
insert into call_agents as a
select call_id, actor, entered_at, entered_last_at, left_last_at, ringing_last_at, noanswer_last_at, number, queue, seat_at, seat_rank, seat_uuid
from ${rows}
on conflict (call_id, actor) do update set
  entered_at = least(a.entered_at, excluded.entered_at),
  entered_last_at = greatest(a.entered_last_at, excluded.entered_last_at),
  left_last_at = greatest(a.left_last_at, excluded.left_last_at),
  ringing_last_at = greatest(a.ringing_last_at, excluded.ringing_last_at),
  noanswer_last_at = greatest(a.noanswer_last_at, excluded.noanswer_last_at),
  ${choose('a', '(excluded.seat_at, excluded.seat_rank, excluded.seat_uuid) > (a.seat_at, a.seat_rank, a.seat_uuid)', 'number queue seat_at seat_rank seat_uuid')}`;

export const upsertAgents = `
insert into agents as a
select actor, queue, logged_in_at, logged_out_at, paused_at, unpaused_at, last_seen_at, number, number_at, number_rank, number_uuid
from unnest($1::text::agents[])
on conflict (actor, queue) do update set
  logged_in_at = greatest(a.logged_in_at, excluded.logged_in_at),
  logged_out_at = greatest(a.logged_out_at, excluded.logged_out_at),
  paused_at = greatest(a.paused_at, excluded.paused_at),
  unpaused_at = greatest(a.unpaused_at, excluded.unpaused_at),
  last_seen_at = greatest(a.last_seen_at, excluded.last_seen_at),
  ${choose('a', '(excluded.number_at, excluded.number_rank, excluded.number_uuid) > (a.number_at, a.number_rank, a.number_uuid)', 'number number_at number_rank number_uuid')}`;

export const upsertEventRows = upsertEventsFrom('unnest($1::text::events[])');
export const upsertCalls = upsertCallsFrom('unnest($1::text::calls[])');
export const upsertCallQueues = upsertCallQueuesFrom('unnest($1::text::call_queues[])');
export const upsertCallAgents = upsertCallAgentsFrom('unnest($1::text::call_agents[])');
