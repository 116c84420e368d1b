-- The tables of one projection of the log, in whatever schema is first on the search path.
-- Everything in them is a function of the log: no now(), no serial, no randomness. Times have milliseconds.

create table positions (
  partition int primary key,
  topic text not null,
  next_offset bigint not null,
  projection_version int not null,
  log_id uuid not null,
  last_uuid uuid,
  last_timestamp timestamptz
);
comment on table positions is 'How far the log is projected: one row per partition. Moved in the same transaction as the rows it speaks of.';
comment on column positions.next_offset is 'Offset of the first record that is not yet in the tables.';
comment on column positions.projection_version is 'Version of the rules that made these tables; a projector with other rules does not write here.';
comment on column positions.log_id is 'Written when the projector first saw this topic; tells two logs of one name apart.';
comment on column positions.last_uuid is 'uuid of the last record applied: how it is recognised that the log is still the same.';
comment on column positions.last_timestamp is 'Kafka timestamp of the last record applied.';

create table events (
  uuid uuid primary key,
  id bigint not null,
  call_id text collate "C",
  type text collate "C" not null,
  kind text collate "C" not null,
  at timestamptz not null,
  received_at timestamptz not null,
  body jsonb not null,
  deliveries int not null
);
create index events_call on events (call_id, id) where call_id is not null;
comment on table events is 'Every event once, as its first delivery said it.';
comment on column events.uuid is 'Identity of the event: UUIDv8 of the SHA-256 of the body as received.';
comment on column events.id is 'offset * 4096 + partition of the first delivery in the log.';
comment on column events.type is 'As it was sent.';
comment on column events.kind is 'The documented spelling of type.';
comment on column events.at is 'The event''s own time; received_at if it has no usable one.';
comment on column events.received_at is 'When callstream received it first.';
comment on column events.deliveries is 'How many records of the log have this uuid.';

create table calls (
  call_id text collate "C" primary key,
  id bigint not null,
  last_id bigint not null,
  state text not null,
  state_at timestamptz not null,
  state_rank smallint not null,
  direction text,
  our_number text,
  their_number text,
  their_number_type text,
  parties_tier smallint not null,
  parties_at timestamptz not null,
  parties_rank smallint not null,
  parties_uuid uuid not null,
  queue text collate "C",
  queue_tier smallint not null,
  queue_at timestamptz not null,
  queue_rank smallint not null,
  queue_uuid uuid not null,
  recording_url text,
  recording_at timestamptz not null,
  recording_uuid uuid not null,
  code text collate "C",
  waiting_at timestamptz,
  waiting_since timestamptz,
  answered_at timestamptz,
  answered_last_at timestamptz,
  abandoned_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_event_at timestamptz not null
) with (fillfactor = 80);
create index calls_created on calls (created_at, id);
create index calls_unfinished on calls (created_at, id) where finished_at is null;
comment on table calls is 'Everything known about each call: the join of its events.';
comment on column calls.id is 'Event id of its first record in the log.';
comment on column calls.last_id is 'Event id of its last record in the log.';
comment on column calls.state is 'NEW, STANDBY, WAITING, ONGOING or FINISHED.';
comment on column calls.waiting_at is 'First time it waited in a queue.';
comment on column calls.waiting_since is 'Last time it began to wait in a queue.';
comment on column calls.created_at is 'When callstream received its first event.';
comment on column calls.updated_at is 'When callstream received its latest event.';
comment on column calls.last_event_at is 'Latest of its events'' own times.';

create table call_queues (
  call_id text collate "C" not null,
  queue text collate "C" not null,
  waiting_at timestamptz,
  waiting_since timestamptz,
  answered_at timestamptz,
  abandoned_at timestamptz,
  primary key (call_id, queue)
) with (fillfactor = 80);
create index call_queues_waiting on call_queues (waiting_at) where waiting_at is not null;
comment on table call_queues is 'One row per call and queue it was in; queue is '''' if the event named none.';

create table call_agents (
  call_id text collate "C" not null,
  actor text collate "C" not null,
  entered_at timestamptz,
  entered_last_at timestamptz,
  left_last_at timestamptz,
  ringing_last_at timestamptz,
  noanswer_last_at timestamptz,
  number text,
  queue text collate "C",
  seat_at timestamptz not null,
  seat_rank smallint not null,
  seat_uuid uuid not null,
  primary key (call_id, actor)
) with (fillfactor = 80);
comment on table call_agents is 'One row per call and agent; number and queue are of the agent''s latest event on that call.';

create table agents (
  actor text collate "C" not null,
  queue text collate "C" not null,
  logged_in_at timestamptz,
  logged_out_at timestamptz,
  paused_at timestamptz,
  unpaused_at timestamptz,
  last_seen_at timestamptz not null,
  number text,
  number_at timestamptz not null,
  number_rank smallint not null,
  number_uuid uuid not null,
  primary key (actor, queue)
) with (fillfactor = 80);
comment on table agents is 'One row per agent and queue, from any of the agent''s events; queue is '''' if the event named none.';

-- The same as visitsOf() in libs/domain; a test holds them together.
create view visits as
with waited as (
  select q.*, c.direction, c.queue as last_queue, c.finished_at,
    c.abandoned_at as call_abandoned_at, c.answered_at as call_answered_at, c.answered_last_at as call_answered_last_at,
    count(*) over (partition by q.call_id) as visits,
    max(q.waiting_at) over (partition by q.call_id) as last_waiting_at
  from call_queues q join calls c using (call_id)
  where q.waiting_at is not null
), timed as (
  select *,
    coalesce(answered_at, case when visits = 1 then
      case when call_answered_at >= waiting_at then call_answered_at
           when call_answered_last_at >= waiting_at then call_answered_last_at end end) as visit_answered_at,
    coalesce(abandoned_at, case when finished_at is not null and coalesce(last_queue, '') = queue then
      case when call_abandoned_at >= waiting_at then call_abandoned_at else finished_at end end) as visit_abandoned_at
  from waited
)
select call_id, queue, direction, waiting_at,
  case when visit_answered_at is not null then 'answered'
       when visit_abandoned_at is not null then 'abandoned'
       when last_waiting_at > waiting_at then 'flowed_out'
       else 'open' end as outcome,
  case when coalesce(visit_answered_at, visit_abandoned_at) is not null then
    greatest(0, round(extract(epoch from coalesce(visit_answered_at, visit_abandoned_at) - waiting_at) * 1000))::bigint end as wait_ms
from timed;
comment on view visits is 'What became of each call in each queue it waited in. wait_ms: until the answer or the abandon; null for the other outcomes.';
