-- What analysts read. Moments are grouped by the time zone of the session: `set timezone = 'America/Sao_Paulo'`.

create view queue_hours as
select date_trunc('hour', waiting_at) as hour, queue, count(*) as visits,
  count(*) filter (where outcome = 'answered') as answered,
  count(*) filter (where outcome = 'abandoned') as abandoned,
  count(*) filter (where outcome = 'timed_out') as timed_out,
  count(*) filter (where outcome = 'by_key') as by_key,
  count(*) filter (where outcome = 'full') as queue_full,
  count(*) filter (where outcome = 'empty') as queue_empty,
  count(*) filter (where outcome = 'withdrawn') as withdrawn,
  count(*) filter (where outcome = 'flowed_out') as flowed_out,
  count(*) filter (where outcome = 'open') as open,
  avg(wait_ms) filter (where outcome = 'answered') as answered_wait_ms_avg,
  max(wait_ms) filter (where outcome in ('answered', 'abandoned')) as wait_ms_max
from visits
where direction is distinct from 'outbound' and direction is distinct from 'internal'
group by 1, 2;
comment on view queue_hours is 'Calls per hour and queue, and how they were answered. Without outbound and internal calls.';
comment on column queue_hours.hour is 'Beginning of the hour.';
comment on column queue_hours.queue is 'The queue; '''' if the event named none.';
comment on column queue_hours.visits is 'Calls that began to wait in the queue in this hour, or were not let in.';
comment on column queue_hours.answered is 'Of these, answered there.';
comment on column queue_hours.abandoned is 'Of these, abandoned by the caller.';
comment on column queue_hours.timed_out is 'Of these, the wait was too long for the queue.';
comment on column queue_hours.by_key is 'Of these, left by a key that the caller pressed.';
comment on column queue_hours.queue_full is 'Of these, not let in, because too many callers waited.';
comment on column queue_hours.queue_empty is 'Of these, not let in, or sent out, because no agent was there.';
comment on column queue_hours.withdrawn is 'Of these, taken out of the queue by an operator or a program.';
comment on column queue_hours.flowed_out is 'Of these, overflowed to another queue.';
comment on column queue_hours.open is 'Of these, without an outcome yet.';
comment on column queue_hours.answered_wait_ms_avg is 'Average speed of answer (ASA): mean wait of the answered, in milliseconds; null if none.';
comment on column queue_hours.wait_ms_max is 'Longest wait of the answered and the abandoned, in milliseconds; null if none.';

create view service_levels as
select date_trunc('day', v.waiting_at) as day, v.queue, t.threshold_s,
  count(*) filter (where v.outcome = 'answered') as answered,
  count(*) filter (where v.outcome = 'answered' and v.wait_ms <= t.threshold_s * 1000) as answered_in_time,
  count(*) filter (where v.outcome = 'abandoned' and v.wait_ms > 5000) as abandoned,
  count(*) filter (where v.outcome = 'abandoned' and v.wait_ms <= 5000) as abandoned_short,
  count(*) filter (where v.outcome = 'answered' and v.wait_ms <= t.threshold_s * 1000)::float8
    / nullif(count(*) filter (where v.outcome = 'answered' or v.outcome = 'abandoned' and v.wait_ms > 5000), 0) as service_level,
  count(*) filter (where v.outcome = 'abandoned' and v.wait_ms > 5000)::float8
    / nullif(count(*) filter (where v.outcome = 'answered' or v.outcome = 'abandoned' and v.wait_ms > 5000), 0) as abandon_rate
from visits v cross join (values (10), (20), (30), (60), (120)) t(threshold_s)
where v.direction is distinct from 'outbound' and v.direction is distinct from 'internal'
group by 1, 2, 3;
comment on view service_levels is 'Service level per day, queue and threshold. Without outbound and internal calls; abandons within 5 s do not count.';
comment on column service_levels.day is 'Beginning of the day.';
comment on column service_levels.queue is 'The queue; '''' if the event named none.';
comment on column service_levels.threshold_s is 'Answered within so many seconds, inclusive, is in time: 10, 20, 30, 60 and 120, a row each.';
comment on column service_levels.answered is 'Calls answered in the queue.';
comment on column service_levels.answered_in_time is 'Of these, within the threshold.';
comment on column service_levels.abandoned is 'Calls that were abandoned after more than 5 s.';
comment on column service_levels.abandoned_short is 'Calls that were abandoned within 5 s.';
comment on column service_levels.service_level is 'answered_in_time / (answered + abandoned): 0 to 1; null if nothing counts.';
comment on column service_levels.abandon_rate is 'abandoned / (answered + abandoned): 0 to 1; null if nothing counts.';

create view abandons as
select v.call_id, v.queue, v.waiting_at, v.waiting_at + v.wait_ms * interval '1 ms' as abandoned_at, v.wait_ms,
  v.wait_ms <= 5000 as is_short, c.their_number
from visits v join calls c using (call_id)
where v.outcome = 'abandoned' and v.direction is distinct from 'outbound' and v.direction is distinct from 'internal';
comment on view abandons is 'Calls that were abandoned while they waited. Without outbound and internal calls.';
comment on column abandons.call_id is 'The call.';
comment on column abandons.queue is 'The queue; '''' if the event named none.';
comment on column abandons.waiting_at is 'When it began to wait.';
comment on column abandons.abandoned_at is 'When it was abandoned.';
comment on column abandons.wait_ms is 'Milliseconds in between.';
comment on column abandons.is_short is 'Within 5 s: not counted in service level and abandon rate.';
comment on column abandons.their_number is 'The caller''s number: personal data.';

create view call_times as
select call_id, direction, queue, state, created_at, waiting_at, first_answer_at as answered_at, finished_at,
  case when waiting_at is not null then
    greatest(0, round(extract(epoch from coalesce(first_answer_at, abandoned_at, finished_at) - waiting_at) * 1000))::bigint end as wait_ms,
  greatest(0, round(extract(epoch from finished_at - first_answer_at) * 1000))::bigint as talk_ms
from (
  select *, case when waiting_at is null or answered_at >= waiting_at then answered_at
                 when answered_last_at >= waiting_at then answered_last_at end as first_answer_at
  from calls) c;
comment on view call_times is 'Wait and talk time of each call.';
comment on column call_times.call_id is 'The call.';
comment on column call_times.direction is 'inbound, outbound or internal; as sent.';
comment on column call_times.queue is 'The queue that it was in last; null if none is known.';
comment on column call_times.state is 'NEW, STANDBY, WAITING, ONGOING or FINISHED.';
comment on column call_times.created_at is 'When callstream received its first event.';
comment on column call_times.waiting_at is 'First time it waited in a queue; null if it never did.';
comment on column call_times.answered_at is 'First answer that is not before the wait; null if there was none.';
comment on column call_times.finished_at is 'When it ended; null if it goes on, or no event says that it ended.';
comment on column call_times.wait_ms is 'Milliseconds from the first wait to the answer, else to the abandon, else to the end; null if unknown.';
comment on column call_times.talk_ms is 'Milliseconds from the answer to the end; null if one of them is unknown.';

create view agent_calls as
select actor, call_id, (array_agg(queue order by entered_at desc, n desc))[1] as queue, min(entered_at) as entered_at,
  case when bool_and(ended_at is not null) then max(ended_at) end as left_at,
  case when bool_and(ended_at is not null) then
    sum(greatest(0, round(extract(epoch from ended_at - entered_at) * 1000)))::bigint end as on_call_ms
from segments where entered_at is not null
group by actor, call_id;
comment on view agent_calls is 'The calls that each agent was on, and for how long. Each time on a call: segments.';
comment on column agent_calls.actor is 'The agent, as the provider names them: usually an e-mail address.';
comment on column agent_calls.call_id is 'The call.';
comment on column agent_calls.queue is 'The queue through which the agent got the call, the last time; null if none is known.';
comment on column agent_calls.entered_at is 'First time the agent entered the call.';
comment on column agent_calls.left_at is 'Last time the agent was on it; null if still on it.';
comment on column agent_calls.on_call_ms is 'Milliseconds on it; null if still on it.';

create view agent_days as
select date_trunc('day', entered_at) as day, actor, count(*) as calls,
  sum(on_call_ms)::bigint as on_call_ms, avg(on_call_ms) as on_call_ms_avg
from agent_calls
group by 1, 2;
comment on view agent_days is 'Agents'' time on calls, per day.';
comment on column agent_days.day is 'Beginning of the day in which the agent entered the calls.';
comment on column agent_days.actor is 'The agent, as the provider names them: usually an e-mail address.';
comment on column agent_days.calls is 'Calls that the agent was on.';
comment on column agent_days.on_call_ms is 'Milliseconds on them in total; calls that the agent is still on do not count.';
comment on column agent_days.on_call_ms_avg is 'Milliseconds on a call, on average.';

-- Tables of earlier versions, which had one row per call and queue, and one per call and agent.
create view call_queues as
select call_id, queue, min(waiting_at) as waiting_at, max(waiting_at) as waiting_since,
  min(ended_at) filter (where outcome = 'answered') as answered_at,
  min(ended_at) filter (where outcome = 'abandoned') as abandoned_at
from visits
group by call_id, queue;
comment on view call_queues is 'One row per call and queue it waited in. Each stay with its outcome: visits.';
comment on column call_queues.call_id is 'The call.';
comment on column call_queues.queue is 'The queue; '''' if the event named none.';
comment on column call_queues.waiting_at is 'First time it began to wait there.';
comment on column call_queues.waiting_since is 'Last time it began to wait there.';
comment on column call_queues.answered_at is 'First time it was answered there.';
comment on column call_queues.abandoned_at is 'First time the caller abandoned there, or the call ended while it waited there.';

create view call_agents as
select call_id, actor, min(entered_at) as entered_at, max(entered_at) as entered_last_at,
  max(ended_at) filter (where entered_at is not null or end_reason = 'left') as left_last_at,
  max(rang_last_at) as ringing_last_at, max(ended_at) filter (where end_reason = 'noanswer') as noanswer_last_at,
  (array_agg(number order by n desc))[1] as number, (array_agg(queue order by n desc))[1] as queue
from segments
group by call_id, actor;
comment on view call_agents is 'One row per call and agent that it rang at, or who was on it. Each time: segments.';
comment on column call_agents.call_id is 'The call.';
comment on column call_agents.actor is 'The agent, as the provider names them: usually an e-mail address.';
comment on column call_agents.entered_at is 'First time the agent entered the call.';
comment on column call_agents.entered_last_at is 'Last time the agent entered the call.';
comment on column call_agents.left_last_at is 'Last time the agent left the call, or the call ended.';
comment on column call_agents.ringing_last_at is 'Last time the call rang at the agent.';
comment on column call_agents.noanswer_last_at is 'Last time the agent did not answer it.';
comment on column call_agents.number is 'The agent''s extension, the last time.';
comment on column call_agents.queue is 'The queue through which the agent got the call, the last time; null if none is known.';
