-- The tables of one projection of the log, in whatever schema is first on the search path. Their keys are in indexes.sql:
-- a rebuild fills the tables before they have any.
-- Everything in them is a function of the log: no now(), no serial, no randomness. Times have milliseconds.
-- Every text has a limit, which its comment says ("At most 512 bytes."): Postgres refuses an index entry of over 2,704
-- bytes. libs/domain/src/text-limits.ts enforces them, and a test compares both.

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
comment on column positions.partition is 'Number of the partition of the topic.';
comment on column positions.topic is 'Kafka topic that is projected. At most 249 bytes: Kafka has no longer names.';
comment on column positions.next_offset is 'Offset of the first record that is not yet in the tables.';
comment on column positions.projection_version is 'Version of the rules that made these tables; a projector with other rules does not write here.';
comment on column positions.log_id is 'Written when the projector first saw this topic; tells two logs of one name apart.';
comment on column positions.last_uuid is 'uuid of the last record applied: how it is recognised that the log is still the same.';
comment on column positions.last_timestamp is 'Kafka timestamp of the last record applied.';

create table events (
  uuid uuid not null,
  id bigint not null,
  call_id text collate "C",
  type text collate "C" not null,
  kind text collate "C" not null,
  at timestamptz not null,
  received_at timestamptz not null,
  body jsonb not null,
  omitted text[],
  deliveries int not null
);
comment on table events is 'Every event once, as its first delivery said it.';
comment on column events.uuid is 'Identity of the event: UUIDv8 of the SHA-256 of the body as received.';
comment on column events.id is 'offset * 4096 + partition of the first delivery in the log.';
comment on column events.call_id is 'The call that it is about; null if it names none (an agent''s log-in, a dialer''s attempt). At most 512 bytes.';
comment on column events.type is 'As it was sent. At most 512 bytes.';
comment on column events.kind is 'The documented spelling of type. At most 512 bytes.';
comment on column events.at is 'The event''s own time; received_at if it has no usable one.';
comment on column events.received_at is 'When callstream received it first.';
comment on column events.body is 'The whole event as it was sent. Has personal data: numbers, names, cpf, cnpj. As large as the topic takes: max.message.bytes.';
comment on column events.omitted is 'Fields that are longer than their column may be, and therefore null in every table: body has them whole. Null: none is.';
comment on column events.deliveries is 'How many records of the log have this uuid.';

create table calls (
  call_id text collate "C" not null,
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
comment on table calls is 'Everything known about each call: the join of its events.';
comment on column calls.call_id is 'The provider''s name of the call. At most 512 bytes.';
comment on column calls.id is 'Event id of its first record in the log.';
comment on column calls.last_id is 'Event id of its last record in the log.';
comment on column calls.state is 'NEW, STANDBY, WAITING, ONGOING or FINISHED.';
comment on column calls.state_at is 'Time of the event that set the state; -infinity if none did.';
comment on column calls.state_rank is 'Rank of that event, -1 if none: decides between events of the same time.';
comment on column calls.direction is 'inbound, outbound or internal; as it was sent. At most 256 bytes.';
comment on column calls.our_number is 'The number of the call centre. As it was sent, with or without country code. At most 256 bytes.';
comment on column calls.their_number is 'The number of the other party: personal data. At most 256 bytes.';
comment on column calls.their_number_type is 'mobile or landline; as it was sent. At most 256 bytes.';
comment on column calls.parties_tier is 'Where direction and numbers come from: 0 a call event, 1 another, 2 nowhere yet.';
comment on column calls.parties_at is 'Time of the event that direction and numbers come from; -infinity if none.';
comment on column calls.parties_rank is 'Rank of that event, -1 if none.';
comment on column calls.parties_uuid is 'uuid of that event, all zeros if none.';
comment on column calls.queue is 'The queue that it was in last; null if none is known. At most 512 bytes.';
comment on column calls.queue_tier is 'Where the queue comes from: 1 an event that queues, 0 another, -1 nowhere yet.';
comment on column calls.queue_at is 'Time of the event that the queue comes from; -infinity if none.';
comment on column calls.queue_rank is 'Order of that event among those of the same time.';
comment on column calls.queue_uuid is 'uuid of that event, all zeros if none.';
comment on column calls.recording_url is 'Where the recording is, once there is one. At most 8,192 bytes.';
comment on column calls.recording_at is 'Time of the event that named the recording; -infinity if none.';
comment on column calls.recording_uuid is 'uuid of that event, all zeros if none.';
comment on column calls.code is 'The customer''s code for the call (a dialer''s campaign entry). At most 512 bytes.';
comment on column calls.waiting_at is 'First time it waited in a queue.';
comment on column calls.waiting_since is 'Last time it began to wait in a queue.';
comment on column calls.answered_at is 'First time an agent or the other party answered.';
comment on column calls.answered_last_at is 'Last time an agent or the other party answered.';
comment on column calls.abandoned_at is 'First time the caller left a queue.';
comment on column calls.finished_at is 'When it ended; null if it goes on, or its end was never told.';
comment on column calls.created_at is 'When callstream received its first event.';
comment on column calls.updated_at is 'When callstream received its latest event.';
comment on column calls.last_event_at is 'Latest of its events'' own times.';

create table call_queues (
  call_id text collate "C" not null,
  queue text collate "C" not null,
  waiting_at timestamptz,
  waiting_since timestamptz,
  answered_at timestamptz,
  abandoned_at timestamptz
) with (fillfactor = 80);
comment on table call_queues is 'One row per call and queue it was in. What became of it there: the view visits.';
comment on column call_queues.call_id is 'The call. At most 512 bytes.';
comment on column call_queues.queue is 'The queue; '''' if the event named none. At most 512 bytes.';
comment on column call_queues.waiting_at is 'First time it waited there; null if that was never told.';
comment on column call_queues.waiting_since is 'Last time it began to wait there.';
comment on column call_queues.answered_at is 'First time an agent of this queue took it.';
comment on column call_queues.abandoned_at is 'First time the caller left this queue.';

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
  seat_uuid uuid not null
) with (fillfactor = 80);
comment on table call_agents is 'One row per call and agent who had to do with it.';
comment on column call_agents.call_id is 'The call. At most 512 bytes.';
comment on column call_agents.actor is 'The agent, as the provider names them: usually an e-mail address. At most 512 bytes.';
comment on column call_agents.entered_at is 'First time the agent came onto the call.';
comment on column call_agents.entered_last_at is 'Last time the agent came onto the call.';
comment on column call_agents.left_last_at is 'Last time the agent left the call.';
comment on column call_agents.ringing_last_at is 'Last time the call rang at the agent.';
comment on column call_agents.noanswer_last_at is 'Last time the agent did not answer it.';
comment on column call_agents.number is 'The agent''s extension, from the agent''s latest event on this call. At most 256 bytes.';
comment on column call_agents.queue is 'The queue, from the agent''s latest event on this call. At most 512 bytes.';
comment on column call_agents.seat_at is 'Time of that event.';
comment on column call_agents.seat_rank is 'Rank of that event.';
comment on column call_agents.seat_uuid is 'uuid of that event.';

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
comment on table agents is 'One row per agent and queue, from any of the agent''s events.';
comment on column agents.actor is 'The agent, as the provider names them: usually an e-mail address. At most 512 bytes.';
comment on column agents.queue is 'The queue; '''' if the event named none. At most 512 bytes.';
comment on column agents.logged_in_at is 'Latest log-in to this queue.';
comment on column agents.logged_out_at is 'Latest log-out from this queue.';
comment on column agents.paused_at is 'Latest beginning of a pause.';
comment on column agents.unpaused_at is 'Latest end of a pause.';
comment on column agents.last_seen_at is 'Time of the agent''s latest event in this queue.';
comment on column agents.number is 'The agent''s extension, from the latest event that named one. At most 256 bytes.';
comment on column agents.number_at is 'Time of that event; -infinity if none.';
comment on column agents.number_rank is 'Rank of that event, -1 if none.';
comment on column agents.number_uuid is 'uuid of that event, all zeros if none.';
