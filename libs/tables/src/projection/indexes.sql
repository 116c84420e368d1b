-- What makes the tables of tables.sql fit for upserts and reads. A rebuild runs it when the tables are full: sorting
-- once is many times faster than keeping an index of random uuids while it grows.

alter table events add primary key (uuid);
alter table calls add primary key (call_id);
alter table call_queues add primary key (call_id, queue);
alter table call_agents add primary key (call_id, actor);
create index events_call on events (call_id, id) where call_id is not null;
create index calls_created on calls (created_at, id);
create index calls_unfinished on calls (created_at, id) where finished_at is null;
create index call_queues_waiting on call_queues (waiting_at) where waiting_at is not null;
