-- What analysts read. Moments are grouped by the time zone of the session: `set timezone = 'America/Sao_Paulo'`.

-- The same as visitsOf() in libs/domain; a test holds them together.
create view visits as
with waited as (
  select q.*, c.direction, c.queue as last_queue, c.finished_at,
    c.abandoned_at as call_abandoned_at, c.answered_at as call_answered_at, c.answered_last_at as call_answered_last_at,
    of_call.visits, of_call.last_waiting_at
  from call_queues q join calls c using (call_id)
  cross join lateral (
    select count(*) as visits, max(o.waiting_at) as last_waiting_at
    from call_queues o where o.call_id = q.call_id and o.waiting_at is not null) of_call
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
comment on view visits is 'What became of each call in each queue it waited in: the unit in which queues are measured.';
comment on column visits.call_id is 'The call.';
comment on column visits.queue is 'The queue; '''' if the event named none.';
comment on column visits.direction is 'Of the call. Outbound and internal calls are in no count of the other views.';
comment on column visits.waiting_at is 'When it began to wait there. A visit belongs to the hour and day of this moment.';
comment on column visits.outcome is 'answered; abandoned; flowed_out: neither, and it waited elsewhere later; open: none of these yet.';
comment on column visits.wait_ms is 'Milliseconds until the answer or the abandon; null for the other outcomes.';

create view queue_hours as
select date_trunc('hour', waiting_at) as hour, queue, count(*) as visits,
  count(*) filter (where outcome = 'answered') as answered,
  count(*) filter (where outcome = 'abandoned') as abandoned,
  count(*) filter (where outcome = 'flowed_out') as flowed_out,
  count(*) filter (where outcome = 'open') as open,
  avg(wait_ms) filter (where outcome = 'answered') as answered_wait_ms_avg,
  max(wait_ms) as wait_ms_max
from visits
where direction is distinct from 'outbound' and direction is distinct from 'internal'
group by 1, 2;
comment on view queue_hours is 'Calls per hour and queue, and how they were answered. Without outbound and internal calls.';
comment on column queue_hours.hour is 'Beginning of the hour.';
comment on column queue_hours.queue is 'The queue; '''' if the event named none.';
comment on column queue_hours.visits is 'Calls that began to wait in the queue in this hour.';
comment on column queue_hours.answered is 'Of these, answered there.';
comment on column queue_hours.abandoned is 'Of these, given up by the caller.';
comment on column queue_hours.flowed_out is 'Of these, sent on to another queue.';
comment on column queue_hours.open is 'Of these, not known yet.';
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
comment on view abandons is 'Calls that were given up while they waited. Without outbound and internal calls.';
comment on column abandons.call_id is 'The call.';
comment on column abandons.queue is 'The queue; '''' if the event named none.';
comment on column abandons.waiting_at is 'When it began to wait.';
comment on column abandons.abandoned_at is 'When it was given up.';
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
comment on view call_times is 'How long each call waited and was talked on.';
comment on column call_times.call_id is 'The call.';
comment on column call_times.direction is 'inbound, outbound or internal; as it was sent.';
comment on column call_times.queue is 'The queue that it was in last; null if none is known.';
comment on column call_times.state is 'NEW, STANDBY, WAITING, ONGOING or FINISHED.';
comment on column call_times.created_at is 'When callstream received its first event.';
comment on column call_times.waiting_at is 'First time it waited in a queue; null if it never did.';
comment on column call_times.answered_at is 'First answer that is not before the wait; null if there was none.';
comment on column call_times.finished_at is 'When it ended; null if it goes on, or its end was never told.';
comment on column call_times.wait_ms is 'Milliseconds from the first wait to the answer, else to the abandon, else to the end; null if unknown.';
comment on column call_times.talk_ms is 'Milliseconds from the answer to the end; null if one of them is unknown.';

create view agent_calls as
select actor, call_id, queue, entered_at, left_at,
  greatest(0, round(extract(epoch from left_at - entered_at) * 1000))::bigint as on_call_ms
from (
  select a.actor, a.call_id, a.queue, a.entered_at,
    case when a.left_last_at >= a.entered_last_at then a.left_last_at else c.finished_at end as left_at
  from call_agents a join calls c using (call_id) where a.entered_at is not null) a;
comment on view agent_calls is 'The calls that each agent was on, and for how long.';
comment on column agent_calls.actor is 'The agent, as the provider names them: usually an e-mail address.';
comment on column agent_calls.call_id is 'The call.';
comment on column agent_calls.queue is 'The queue, from the agent''s latest event on this call.';
comment on column agent_calls.entered_at is 'First time the agent came onto the call.';
comment on column agent_calls.left_at is 'Last time the agent left it; if that was never told, the end of the call; null if still on it.';
comment on column agent_calls.on_call_ms is 'Milliseconds in between, time off the call in the middle included; null if still on it.';

create view agent_days as
select date_trunc('day', entered_at) as day, actor, count(*) as calls,
  sum(on_call_ms)::bigint as on_call_ms, avg(on_call_ms) as on_call_ms_avg
from agent_calls
group by 1, 2;
comment on view agent_days is 'Agents'' time on calls, per day.';
comment on column agent_days.day is 'Beginning of the day in which the agent came onto the calls.';
comment on column agent_days.actor is 'The agent, as the provider names them: usually an e-mail address.';
comment on column agent_days.calls is 'Calls that the agent was on.';
comment on column agent_days.on_call_ms is 'Milliseconds on them in total; calls that the agent is still on do not count.';
comment on column agent_days.on_call_ms_avg is 'Milliseconds on a call, on average.';
