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
