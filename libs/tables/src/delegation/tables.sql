-- Answers of the delegator, one row per call: only the delegator that inserted the row may answer, so no call is answered twice. Not derived
-- from the log, and in no projection.

create table delegations (
  call_id text collate "C" primary key,
  claim uuid not null,
  received_at timestamptz not null,
  own_at timestamptz,
  deadline_at timestamptz not null,
  rule text,
  destination text,
  outcome text check (outcome in ('sent', 'failed', 'late', 'unknown')),
  reason text,
  ended_at timestamptz,
  published_at timestamptz
);
create index delegations_unpublished on delegations (deadline_at) where published_at is null;
create index delegations_ended on delegations (ended_at) where published_at is not null;
comment on table delegations is 'Answers of the delegator: a row claims its call, before the provider is asked.';
comment on column delegations.call_id is 'The call. At most 512 bytes.';
comment on column delegations.claim is 'Identity of the attempt that inserted the row: the same attempt may repeat its insert.';
comment on column delegations.received_at is 'When callstream received the call.standby.';
comment on column delegations.own_at is 'The own time of the call.standby; null if it has no usable one.';
comment on column delegations.deadline_at is 'The provider is not asked after this time.';
comment on column delegations.rule is 'The rule that won; null: none was asked, because it was too late.';
comment on column delegations.destination is 'Where the rule sends the call.';
comment on column delegations.outcome is 'What became of it; null: not known yet, or the process ended before it knew.';
comment on column delegations.reason is 'Why it was not sent, or is not known; null if it was sent.';
comment on column delegations.ended_at is 'When the outcome was known.';
comment on column delegations.published_at is 'When the outcome was written to the log, as delegation.<outcome>.';
