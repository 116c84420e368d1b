-- Roll-ups of visits, calls and the agents' times on calls, so that the counts of a year read some thousand rows. Each bucket is
-- 15 minutes, an hour, six hours or a day of UTC, so the days and half hours of any time zone are sums of whole buckets. A projector
-- counts them again after the tables have changed (libs/tables/src/buckets); what is marked is read from visits, calls and segments.

create table bucket_marks (
  begins_at timestamptz not null
);
comment on table bucket_marks is 'Quarters of an hour, UTC, whose visits, calls or times of agents on calls have changed since their buckets were counted. Without a key, so that no transaction waits for another.';
comment on column bucket_marks.begins_at is 'Beginning of the quarter of an hour.';

create table visit_buckets (
  minutes int not null,
  begins_at timestamptz not null,
  queue text collate "C" not null,
  visits int not null,
  answered int not null,
  answered_wait_ms bigint not null,
  answered_waits int[] not null,
  abandoned int not null,
  abandoned_waits int[] not null,
  timed_out int not null,
  by_key int not null,
  queue_full int not null,
  queue_empty int not null,
  withdrawn int not null,
  flowed_out int not null,
  open int not null,
  wait_ms_max bigint not null,
  primary key (minutes, begins_at, queue)
);
comment on table visit_buckets is 'Counts of the visits that began in a bucket, by queue, without outbound and internal calls. Only for callstream itself: rows may be older than those of visits, see bucket_marks.';
comment on column visit_buckets.minutes is 'Length of the bucket: 15, 60, 360 or 1440.';
comment on column visit_buckets.begins_at is 'Beginning of the bucket, a multiple of its length since 1970-01-01T00:00:00Z.';
comment on column visit_buckets.queue is 'The queue; '''' if the event named none. At most 512 bytes.';
comment on column visit_buckets.visits is 'Visits that began in the bucket.';
comment on column visit_buckets.answered is 'Of these, answered there.';
comment on column visit_buckets.answered_wait_ms is 'Sum of the waits of the answered, in milliseconds.';
comment on column visit_buckets.answered_waits is 'Waits of the answered in milliseconds, ascending, so that any threshold can be counted.';
comment on column visit_buckets.abandoned is 'Of these, abandoned by the caller.';
comment on column visit_buckets.abandoned_waits is 'Waits of the abandoned in milliseconds, ascending.';
comment on column visit_buckets.timed_out is 'Of these, the wait was too long for the queue.';
comment on column visit_buckets.by_key is 'Of these, left by a key that the caller pressed.';
comment on column visit_buckets.queue_full is 'Of these, not let in, because too many callers waited.';
comment on column visit_buckets.queue_empty is 'Of these, not let in, or sent out, because no agent was there.';
comment on column visit_buckets.withdrawn is 'Of these, taken out of the queue by an operator or a program.';
comment on column visit_buckets.flowed_out is 'Of these, overflowed to another queue.';
comment on column visit_buckets.open is 'Of these, without an outcome yet.';
comment on column visit_buckets.wait_ms_max is 'Longest wait of the answered and the abandoned, in milliseconds; 0 if none.';

create table call_buckets (
  minutes int not null,
  begins_at timestamptz not null,
  queue text collate "C" not null,
  inbound_answered int not null,
  inbound_answered_without_queue int not null,
  inbound_abandoned int not null,
  inbound_flowed_out int not null,
  inbound_ended_before_queue int not null,
  inbound_unsettled timestamptz[] not null,
  outbound_connected int not null,
  outbound_not_connected int not null,
  outbound_unsettled timestamptz[] not null,
  internal_answered int not null,
  internal_not_answered int not null,
  internal_unsettled timestamptz[] not null,
  primary key (minutes, begins_at, queue)
);
comment on table call_buckets is 'Counts of the calls that began in a bucket, by the queue that each was in last, and by the outcomes of call_outcomes. Only for callstream itself: rows may be older than those of calls, see bucket_marks.';
comment on column call_buckets.minutes is 'Length of the bucket: 15, 60, 360 or 1440.';
comment on column call_buckets.begins_at is 'Beginning of the bucket, a multiple of its length since 1970-01-01T00:00:00Z.';
comment on column call_buckets.queue is 'The queue that the calls were in last; '''' if none is known. At most 512 bytes.';
comment on column call_buckets.inbound_answered is 'Inbound calls that were answered after they waited in a queue.';
comment on column call_buckets.inbound_answered_without_queue is 'Inbound calls that were answered without a wait in a queue.';
comment on column call_buckets.inbound_abandoned is 'Inbound calls that were abandoned.';
comment on column call_buckets.inbound_flowed_out is 'Inbound calls that left their queues otherwise and ended unanswered.';
comment on column call_buckets.inbound_ended_before_queue is 'Inbound calls that ended unanswered and never waited in a queue.';
comment on column call_buckets.inbound_unsettled is 'heard_at of the other inbound calls, ascending: open or not_known, depending on the moment.';
comment on column call_buckets.outbound_connected is 'Outbound calls that were answered.';
comment on column call_buckets.outbound_not_connected is 'Outbound calls that ended unanswered.';
comment on column call_buckets.outbound_unsettled is 'heard_at of the other outbound calls, ascending.';
comment on column call_buckets.internal_answered is 'Internal calls that were answered.';
comment on column call_buckets.internal_not_answered is 'Internal calls that ended unanswered.';
comment on column call_buckets.internal_unsettled is 'heard_at of the other internal calls, ascending.';

create table talk_buckets (
  minutes int not null,
  begins_at timestamptz not null,
  queue text collate "C" not null,
  call_queue text collate "C" not null,
  calls int not null,
  ended int not null,
  on_call_ms bigint not null,
  on_call_ms_max bigint not null,
  primary key (minutes, begins_at, queue, call_queue)
);
comment on table talk_buckets is 'Counts of the times that agents entered calls in a bucket, by the queue through which they got the call. Only for callstream itself: rows may be older than those of segments, see bucket_marks.';
comment on column talk_buckets.minutes is 'Length of the bucket: 15, 60, 360 or 1440.';
comment on column talk_buckets.begins_at is 'Beginning of the bucket, a multiple of its length since 1970-01-01T00:00:00Z.';
comment on column talk_buckets.queue is 'The queue through which the agents got the calls; '''' if none is known. At most 512 bytes.';
comment on column talk_buckets.call_queue is 'The queue that the calls were in last, which decides who sees them; '''' if none is known. At most 512 bytes.';
comment on column talk_buckets.calls is 'Times that agents entered a call in the bucket.';
comment on column talk_buckets.ended is 'Of these, the ended ones.';
comment on column talk_buckets.on_call_ms is 'Sum of the times on calls of the ended ones, in milliseconds.';
comment on column talk_buckets.on_call_ms_max is 'Longest of these, in milliseconds; 0 if none.';

-- Days only: by quarters of an hour, there would be as many rows as segments.
create table agent_buckets (
  minutes int not null,
  begins_at timestamptz not null,
  actor text collate "C" not null,
  queue text collate "C" not null,
  call_queue text collate "C" not null,
  calls int not null,
  ended int not null,
  on_call_ms bigint not null,
  on_call_ms_max bigint not null,
  primary key (minutes, begins_at, actor, queue, call_queue)
);
comment on table agent_buckets is 'The counts of talk_buckets by agent, of days. Only for callstream itself: rows may be older than those of segments, see bucket_marks.';
comment on column agent_buckets.minutes is 'Length of the bucket: 1440.';
comment on column agent_buckets.begins_at is 'Beginning of the day of UTC.';
comment on column agent_buckets.actor is 'The agent. At most 512 bytes.';
comment on column agent_buckets.queue is 'The queue through which the agent got the calls; '''' if none is known. At most 512 bytes.';
comment on column agent_buckets.call_queue is 'The queue that the calls were in last, which decides who sees them; '''' if none is known. At most 512 bytes.';
comment on column agent_buckets.calls is 'Times that the agent entered a call on the day.';
comment on column agent_buckets.ended is 'Of these, the ended ones.';
comment on column agent_buckets.on_call_ms is 'Sum of the times on calls of the ended ones, in milliseconds.';
comment on column agent_buckets.on_call_ms_max is 'Longest of these, in milliseconds; 0 if none.';
