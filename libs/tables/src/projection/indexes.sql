-- What makes the tables of tables.sql fit for upserts and reads. A rebuild runs it when the tables are full, several
-- statements at a time: sorting once is many times faster than keeping an index of random uuids while it grows.

create unique index events_pkey on events (uuid);
create unique index calls_pkey on calls (call_id);
create unique index call_queues_pkey on call_queues (call_id, queue);
create unique index call_agents_pkey on call_agents (call_id, actor);
create index events_call on events (call_id, id) where call_id is not null;
create index events_kind on events (kind, at);
-- Events arrive about in the order of their times: a thousandth of the size of another index.
create index events_at on events using brin (at);
create index calls_created on calls (created_at, id);
create index calls_id on calls (id);
create index calls_unfinished on calls (created_at, id) where finished_at is null;
-- Without the finished ones, which are nearly all: by state, they are calls_created.
create index calls_state on calls (state, created_at, id) where state <> 'FINISHED';
-- For the board of the gateway: what changed lately. A summary of pages, which leaves updates HOT.
create index calls_changed on calls using brin (updated_at, last_id) with (pages_per_range = 16);
create index calls_queue on calls (queue, created_at, id);
-- Backwards: numbers are searched by their ends, because they come with and without +55. Written when a call begins, and
-- again with every update that is not HOT.
create index calls_their_number on calls (reverse(their_number) text_pattern_ops);
create index call_queues_waiting on call_queues (waiting_at) where waiting_at is not null;
create index call_agents_entered on call_agents (entered_at) where entered_at is not null;
