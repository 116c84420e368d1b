-- What makes the tables of tables.sql fit for upserts and reads. A rebuild runs it when the tables are full, several
-- statements at a time: sorting once is many times faster than keeping an index of random uuids while it grows.

create unique index events_pkey on events (uuid);
create unique index calls_pkey on calls (call_id);
create unique index visits_pkey on visits (call_id, n);
create unique index segments_pkey on segments (call_id, n);
create index events_call on events (call_id, id) where call_id is not null;
create index events_kind on events (kind, at);
-- The presence of one agent in one queue: an agent has events of many years, so those of other queues and kinds are skipped.
create index events_presence on events (actor, coalesce(queue, ''), kind, at)
  where kind in ('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused')
  and (facts is null or call_id is null and not (facts is not null and jsonb_array_length(facts) > 1 and not (
  kind = 'actor.logged-in' and jsonb_array_length(facts) = 2 and facts -> 0 -> 'queue' is not distinct from facts -> 1 -> 'queue')));
-- The others: those that state facts about several queues, and those of a call about other agents than the row names.
create index events_presence_several on events (actor, at) where kind in ('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused')
  and call_id is null and facts is not null and jsonb_array_length(facts) > 1 and not (
  kind = 'actor.logged-in' and jsonb_array_length(facts) = 2 and facts -> 0 -> 'queue' is not distinct from facts -> 1 -> 'queue');
create index events_presence_on_call on events (at) where call_id is not null and facts is not null
  and kind in ('actor.logged-in', 'actor.logged-out', 'actor.paused', 'actor.unpaused');
-- Events arrive about in the order of their times: a thousandth of the size of another index. received_at is for what was
-- known at a past moment.
create index events_at on events using brin (at, received_at);
create index calls_created on calls (created_at, id);
create index calls_id on calls (id);
create index calls_unfinished on calls (created_at, id) where finished_at is null;
-- Without the finished ones, which are nearly all: by state, they are calls_created.
create index calls_state on calls (state, created_at, id) where state <> 'FINISHED';
-- For the board of the gateway: what changed lately. A summary of pages, which leaves updates HOT.
create index calls_changed on calls using brin (heard_at, last_id) with (pages_per_range = 16);
-- For the calls that began in a period; as small, and leaves updates HOT. Pages without a summary are read by each count of a
-- quarter of an hour, so they get one as soon as they are full.
create index calls_began on calls using brin (began_at) with (pages_per_range = 16, autosummarize = on);
create index calls_queue on calls (queue, created_at, id);
-- Backwards: numbers are searched by their ends, because they come with and without +55. Written when a call begins, and
-- again with every update that is not HOT.
create index calls_their_number on calls (reverse(their_number) text_pattern_ops);
create index visits_waiting on visits (waiting_at);
-- For the agents of the last hours, and of a period; as small as events_at, and leaves updates HOT. Open segments are those of
-- unfinished calls. Summarised early, as calls_began.
create index segments_times on segments using brin (ended_at, entered_at, rang_at) with (pages_per_range = 16, autosummarize = on);
-- For the agents as of a moment, and those of a period.
create unique index agent_sessions_pkey on agent_sessions (actor, queue, began_at);
create index agent_sessions_times on agent_sessions using gist (tstzrange(began_at, ended_at));
