-- The tables of one projection of the log, in whatever schema is first on the search path. Their keys are in indexes.sql:
-- a rebuild fills the tables before they have any.
-- Everything in them is a function of the log: no now(), no serial, no randomness. Times have milliseconds.
-- play() of libs/domain derives calls, visits and segments from the facts of a call: SQL decides nothing about them.
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
comment on table positions is 'The position of each partition in the log. It moves in the same transaction as the rows.';
comment on column positions.partition is 'Number of the partition of the topic.';
comment on column positions.topic is 'Kafka topic that is projected. At most 249 bytes: Kafka has no longer names.';
comment on column positions.next_offset is 'Offset of the first record that is not yet in the tables.';
comment on column positions.projection_version is 'Version of the rules that made these tables; a projector with other rules does not write here.';
comment on column positions.log_id is 'Identity of the log, assigned when a projector first reads the topic: two logs of one name differ.';
comment on column positions.last_uuid is 'UUID of the value of the last applied record: shows whether the log is still the same.';
comment on column positions.last_timestamp is 'Kafka timestamp of the last applied record.';

create table events (
  uuid uuid not null,
  id bigint not null,
  call_id text collate "C",
  type text collate "C" not null,
  kind text collate "C" not null,
  actor text collate "C",
  queue text collate "C",
  at timestamptz not null,
  clock text,
  received_at timestamptz not null,
  body jsonb not null,
  omitted text[],
  source text,
  source_name text,
  facts jsonb,
  deliveries int not null
);
comment on table events is 'Every event once, with the data of its first delivery.';
comment on column events.uuid is 'Identity of the event: UUIDv8 of the SHA-256 of the body as received, with source and source_name.';
comment on column events.id is 'offset * 4096 + partition of the first delivery in the log.';
comment on column events.call_id is 'The call that it is about; null if it names none (an agent''s log-in, a dialer''s attempt). At most 512 bytes.';
comment on column events.type is 'Type as sent. At most 512 bytes.';
comment on column events.kind is 'The documented spelling of type; of another source, the kind of its first fact. At most 512 bytes.';
comment on column events.actor is 'The agent that it names, usually by an e-mail address; null if none. At most 512 bytes.';
comment on column events.queue is 'The queue that it names; null if none. At most 512 bytes.';
comment on column events.at is 'The event''s own time; received_at where clock is none or ahead.';
comment on column events.clock is 'none: it has no usable time. ahead: its time is more than 5 min after received_at. imported: at is its own time, and it was imported from a file of the past. null: at is its own time.';
comment on column events.received_at is 'When callstream received it first.';
comment on column events.body is 'The whole event as sent. Has personal data: numbers, names, cpf, cnpj. As large as the topic takes: max.message.bytes.';
comment on column events.omitted is 'Fields that are too long for their column: null in every table, whole in body. Null: none.';
comment on column events.source is 'Kind of telephony system that sent it; null: teravoz. At most 32 bytes.';
comment on column events.source_name is 'Instance of that system, with which the ids of its calls, agents and queues begin; null: ids as sent. At most 32 bytes.';
comment on column events.facts is 'All that it states, about one call or one agent; null: the row and body state its only fact. Has personal data: numbers.';
comment on column events.deliveries is 'Number of records of the log with this uuid.';

create table calls (
  call_id text collate "C" not null,
  id bigint not null,
  last_id bigint not null,
  state text not null,
  state_at timestamptz not null,
  is_opened boolean not null,
  began_at timestamptz not null,
  finished_at timestamptz,
  direction text,
  our_number text,
  their_number text,
  their_number_type text,
  queue text collate "C",
  recording_url text,
  code text collate "C",
  waiting_at timestamptz,
  waiting_since timestamptz,
  answered_at timestamptz,
  answered_last_at timestamptz,
  abandoned_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_event_at timestamptz not null,
  heard_at timestamptz not null,
  delay_ms bigint not null,
  is_long boolean not null,
  facts text collate "C" not null
) with (fillfactor = 80);
comment on table calls is 'Each call, derived from its events in the order of their own times. Of a call that came back after its end, the latest life.';
comment on column calls.call_id is 'The provider''s id of the call. At most 512 bytes.';
comment on column calls.id is 'Event id of its first record in the log.';
comment on column calls.last_id is 'Event id of its last record in the log.';
comment on column calls.state is 'NEW, STANDBY, WAITING, ONGOING or FINISHED.';
comment on column calls.state_at is 'When it came into this state.';
comment on column calls.is_opened is 'Whether an event says that there is a call; false where there is only a recording, data, or a dialer''s attempt.';
comment on column calls.began_at is 'Own time of its first event; of a call that came back, of the first after its end.';
comment on column calls.finished_at is 'When it ended; null if it goes on, or no event says that it ended.';
comment on column calls.direction is 'inbound, outbound or internal; as sent. A dialer''s call is outbound. At most 256 bytes.';
comment on column calls.our_number is 'The number of the call centre. As sent, with or without country code. At most 256 bytes.';
comment on column calls.their_number is 'The number of the other party: personal data. At most 256 bytes.';
comment on column calls.their_number_type is 'mobile or landline; as sent. At most 256 bytes.';
comment on column calls.queue is 'The queue that it waits in, or was in last; null if none is known. At most 512 bytes.';
comment on column calls.recording_url is 'Where the recording is, once there is one. At most 8,192 bytes.';
comment on column calls.code is 'The customer''s code for the call (a dialer''s campaign entry). At most 512 bytes.';
comment on column calls.waiting_at is 'First time it began to wait in a queue.';
comment on column calls.waiting_since is 'Last time it began to wait in a queue.';
comment on column calls.answered_at is 'First time an agent or the other party answered.';
comment on column calls.answered_last_at is 'Last time an agent or the other party answered.';
comment on column calls.abandoned_at is 'First time the caller left a queue.';
comment on column calls.created_at is 'When callstream received its first event.';
comment on column calls.updated_at is 'When callstream received its latest event.';
comment on column calls.last_event_at is 'Latest of its events'' own times.';
comment on column calls.heard_at is 'Time of its last event by our clock: updated_at, but not later than last_event_at plus delay_ms.';
comment on column calls.delay_ms is 'By how many milliseconds its sender''s clock is behind ours, at least; 0 if it is not, or if the call was imported later.';
comment on column calls.is_long is 'Whether it has more facts than count here: of more than 1,024, the first 256 and the last 768.';
comment on column calls.facts is 'Its facts, packed for callstream itself. The table events has them in readable form.';

create table visits (
  call_id text collate "C" not null,
  n smallint not null,
  queue text collate "C" not null,
  direction text,
  waiting_at timestamptz not null,
  ended_at timestamptz,
  outcome text not null,
  wait_ms bigint,
  actor text collate "C"
) with (fillfactor = 80);
comment on table visits is 'Each queue visit: one stay of a call in a queue, and its outcome. A call may visit a queue several times.';
comment on column visits.call_id is 'The call. At most 512 bytes.';
comment on column visits.n is 'Its number among the visits of the call, from 0.';
comment on column visits.queue is 'The queue; '''' if the event named none. At most 512 bytes.';
comment on column visits.direction is 'Of the call. Outbound and internal calls are in no count of the views. At most 256 bytes.';
comment on column visits.waiting_at is 'When it began to wait there, or was not let in. A visit belongs to the hour and day of this moment.';
comment on column visits.ended_at is 'When its wait there ended; null while it waits.';
comment on column visits.outcome is 'answered; abandoned; timed_out: the wait was too long for the queue; by_key: the caller pressed a key to leave; full, empty: not let in, or sent out because no agent was there; withdrawn: taken out by an operator or a program; flowed_out: it went on to wait elsewhere; open: none of these yet.';
comment on column visits.wait_ms is 'Milliseconds until its end; null if flowed_out or open, and if it was not let in.';
comment on column visits.actor is 'The agent who answered; null if no agent did, or none was named. At most 512 bytes.';

create table segments (
  call_id text collate "C" not null,
  n smallint not null,
  actor text collate "C" not null,
  number text,
  queue text collate "C",
  rang_at timestamptz,
  rang_last_at timestamptz,
  entered_at timestamptz,
  entered_last_at timestamptz,
  ended_at timestamptz,
  end_reason text
) with (fillfactor = 80);
comment on table segments is 'Each time of an agent on a call: it rang, the agent talked, or both.';
comment on column segments.call_id is 'The call. At most 512 bytes.';
comment on column segments.n is 'Its number among the segments of the call, from 0.';
comment on column segments.actor is 'The agent, as the provider names them: usually an e-mail address. At most 512 bytes.';
comment on column segments.number is 'The agent''s extension. At most 256 bytes.';
comment on column segments.queue is 'The queue through which the agent got the call; null if none is known. At most 512 bytes.';
comment on column segments.rang_at is 'When it began to ring; null if no event says so.';
comment on column segments.rang_last_at is 'Time of its latest ring event.';
comment on column segments.entered_at is 'When the agent entered the call; null if never.';
comment on column segments.entered_last_at is 'Time of the agent''s latest entry event.';
comment on column segments.ended_at is 'When it ended; null while it rings or the agent is on the call.';
comment on column segments.end_reason is 'left, noanswer, answered_elsewhere, transferred, abandoned, cancelled or finished; null while it goes on.';

create table agents (
  actor text collate "C" not null,
  queue text collate "C" not null,
  logged_in_at timestamptz,
  logged_in_id bigint,
  logged_out_at timestamptz,
  logged_out_id bigint,
  paused_at timestamptz,
  paused_id bigint,
  unpaused_at timestamptz,
  unpaused_id bigint,
  number text,
  number_at timestamptz,
  number_id bigint,
  updated_at timestamptz not null,
  least_delay_ms bigint,
  delay_ms bigint not null,
  heard_at timestamptz not null,
  primary key (actor, queue)
) with (fillfactor = 80);
comment on table agents is 'The latest log-in, log-out, pause and unpause of each agent in each queue. Who is on which call: segments.';
comment on column agents.actor is 'The agent, as the provider names them: usually an e-mail address. At most 512 bytes.';
comment on column agents.queue is 'The queue; '''' if the events named none: then they are about all queues of the agent. At most 512 bytes.';
comment on column agents.logged_in_at is 'Latest log-in to this queue.';
comment on column agents.logged_in_id is 'Event id of that log-in: of two events of the same time, the later in the log counts.';
comment on column agents.logged_out_at is 'Latest log-out from this queue.';
comment on column agents.logged_out_id is 'Event id of that log-out.';
comment on column agents.paused_at is 'Latest beginning of a pause.';
comment on column agents.paused_id is 'Event id of that beginning.';
comment on column agents.unpaused_at is 'Latest end of a pause.';
comment on column agents.unpaused_id is 'Event id of that end.';
comment on column agents.number is 'The agent''s extension, from the latest of these events that named one. At most 256 bytes.';
comment on column agents.number_at is 'Time of that event.';
comment on column agents.number_id is 'Event id of that event.';
comment on column agents.updated_at is 'When callstream received the latest of these events.';
comment on column agents.least_delay_ms is 'Least number of milliseconds from the own time of one of these events to its reception; null if none has a time of its own.';
comment on column agents.delay_ms is 'By how many milliseconds the sender''s clock is behind ours, at least; 0 if it is not, or if the events were imported later.';
comment on column agents.heard_at is 'Time of the agent''s last event here by our clock: updated_at, but not later than the latest of the times above plus delay_ms.';

create table agent_sessions (
  actor text collate "C" not null,
  queue text collate "C" not null,
  state text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  pause_reason text,
  of_all_queues boolean not null
) with (fillfactor = 80);
comment on table agent_sessions is 'Each stay of an agent in a state, in each queue, by the agent''s own events alone: a call through a queue is no log-in. In each queue one begins where the one before ended.';
comment on column agent_sessions.actor is 'The agent, as the provider names them: usually an e-mail address. At most 512 bytes.';
comment on column agent_sessions.queue is 'The queue; '''' as long as no event of the agent had named one. At most 512 bytes.';
comment on column agent_sessions.state is 'logged_in: and not paused, on a call or not; paused; logged_out.';
comment on column agent_sessions.began_at is 'When it began, by the event''s own time.';
comment on column agent_sessions.ended_at is 'When it ended; null while it goes on. After an event was lost it goes on too long.';
comment on column agent_sessions.end_reason is 'What the event after it says: logged_in (after logged_in: the log-out is missing), unpaused, paused, logged_out; queue_named: it goes on in the first queue that an event named. Null while it goes on.';
comment on column agent_sessions.pause_reason is 'Why the agent paused, as sent; null if no reason was sent. At most 256 bytes.';
comment on column agent_sessions.of_all_queues is 'Whether the event that began it named no queue, so it was about all queues of the agent.';
