-- What depends on now or on a setting is a function of the moment and the limits, and never stored. Each is the same as a
-- function of libs/domain, and a test holds them together.

create type mark as (at timestamptz, id bigint);
comment on type mark is 'When something was said of an agent: of two words of one moment, the later in the log holds.';

-- The same as presenceOf() in libs/domain/src/presence, without the agent's precedence over queues.
create function agent_presence(
  moment timestamptz, stale_after interval, ring_max interval, presence_stale interval, takes_several_calls boolean
) returns table (actor text, queue text, number text, presence text, since timestamptz, calls text[])
language sql stable as $$
with segs as materialized (
  select s.actor, coalesce(s.queue, '') as queue, s.queue is not null as is_through_queue, s.call_id, s.number,
    s.rang_at, s.rang_last_at, s.entered_at, s.ended_at, c.heard_at, c.delay_ms * interval '1 ms' as delay,
    c.finished_at is null and moment - c.heard_at <= stale_after as is_live,
    c.finished_at is null and moment - c.heard_at > stale_after as is_stale,
    greatest(s.rang_last_at, s.entered_at, s.ended_at) as last_word_at
  from segments s join calls c on c.call_id = s.call_id
  -- Presence looks back a day, by clocks that may be hours behind.
  where s.ended_at >= moment - interval '36 hours'
     or s.ended_at is null and coalesce(s.entered_at, s.rang_last_at) >= moment - interval '36 hours'
), entries as (
  select s.actor, s.call_id, max(s.entered_at) as at, max(s.entered_at) filter (where s.is_through_queue) as through_at
  from segs s where s.entered_at is not null group by s.actor, s.call_id
), latest_entries as (
  -- The latest entry of each agent, and the latest one to another call.
  select e.actor, max(e.at) as at, (array_agg(e.call_id order by e.at desc))[1] as call_id,
    (array_agg(e.at order by e.at desc))[2] as other_at,
    max(e.through_at) as through_at, (array_agg(e.call_id order by e.through_at desc nulls last))[1] as through_call_id,
    (array_agg(e.through_at order by e.through_at desc nulls last))[2] as other_through_at
  from entries e group by e.actor
), marks as (
  select a.actor, a.queue, a.number, a.heard_at, a.delay_ms * interval '1 ms' as delay,
    case when a.logged_in_at is not null then row(a.logged_in_at, a.logged_in_id)::mark end as logged_in,
    case when a.logged_out_at is not null then row(a.logged_out_at, a.logged_out_id)::mark end as logged_out,
    case when a.paused_at is not null then row(a.paused_at, a.paused_id)::mark end as paused,
    case when a.unpaused_at is not null then row(a.unpaused_at, a.unpaused_id)::mark end as unpaused,
    greatest(a.logged_in_at, a.logged_out_at, a.paused_at, a.unpaused_at) as last_at
  from agents a
), places as (
  select p.actor, p.queue, count(*) over (partition by p.actor) as queues
  from (select m.actor, m.queue from marks m union select s.actor, s.queue from segs s) p
), said as (
  -- What was said by the name of the queue, and what was said of all queues.
  select p.actor, p.queue, q.paused as paused_here, q.unpaused as unpaused_here, q.heard_at,
    greatest(q.delay, g.delay, interval '0') as delay,
    greatest(q.logged_in, case when q.logged_out is null or q.logged_out <= q.logged_in then g.logged_in end) as logged_in,
    greatest(q.logged_out, g.logged_out) as logged_out,
    greatest(q.paused, g.paused) as paused, greatest(q.unpaused, g.unpaused) as unpaused
  from places p
  left join marks q on q.actor = p.actor and q.queue = p.queue
  left join marks g on g.actor = p.actor and g.queue = '' and p.queue <> ''
  where p.queue <> '' or p.queues = 1
), talking as (
  select s.actor, s.call_id, s.entered_at + s.delay as since
  from segs s join latest_entries l on l.actor = s.actor
  where s.entered_at is not null and s.ended_at is null and s.is_live
    and (takes_several_calls
      or coalesce(case when l.through_call_id = s.call_id then l.other_through_at else l.through_at end <= s.entered_at, true))
), ringing as (
  select s.actor, s.call_id, s.rang_at + s.delay as since
  from segs s
  left join latest_entries l on l.actor = s.actor
  left join marks q on q.actor = s.actor and q.queue = s.queue
  left join marks g on g.actor = s.actor and g.queue = ''
  where s.rang_at is not null and s.entered_at is null and s.ended_at is null and s.is_live
    and moment - s.delay - s.rang_last_at <= ring_max
    and coalesce(case when l.call_id = s.call_id then l.other_at else l.at end <= s.rang_last_at, true)
    and coalesce((greatest(q.logged_out, g.logged_out)).at < s.rang_last_at, true)
), busy as (
  select b.actor, case when bool_or(b.is_talking) then 'on_call' else 'ringing' end as presence,
    coalesce(min(b.since) filter (where b.is_talking), min(b.since)) as since,
    array_agg(distinct b.call_id order by b.call_id) as calls
  from (select t.*, true as is_talking from talking t union all select r.*, false from ringing r) b
  group by b.actor
), words as (
  select s.actor, max(s.last_word_at) as last_word_at, max(s.ended_at + s.delay) as ended_at,
    min(coalesce(s.rang_at, s.entered_at, s.ended_at) + s.delay) as first_word_at,
    max(case when s.ended_at is null and s.entered_at is not null then s.heard_at
             else least(s.heard_at, s.last_word_at + s.delay) end) as heard_at,
    (array_agg(s.ended_at is null and s.is_stale order by s.last_word_at desc, s.call_id))[1] as is_lost,
    (array_agg(s.number order by s.last_word_at desc) filter (where s.number is not null))[1] as number
  from segs s group by s.actor
), seen as (
  select s.actor, s.queue, max(greatest(s.rang_last_at, s.entered_at)) as at from segs s group by s.actor, s.queue
), spoken as (
  select m.actor, max(m.last_at) as last_at, max(m.heard_at) as heard_at,
    (array_agg(m.number order by m.heard_at desc) filter (where m.number is not null))[1] as number
  from marks m group by m.actor
), off_call as (
  select d.*, w.ended_at, w.first_word_at, w.last_word_at, coalesce(w.is_lost, false) as is_lost, k.last_at,
    coalesce(k.number, w.number) as number, greatest(k.heard_at, w.heard_at) as agent_heard_at,
    d.logged_out is not null and (d.logged_in is null or d.logged_out > d.logged_in) and not (
      coalesce((d.paused_here).at > (d.logged_out).at + interval '2 s', false)
      or coalesce((d.unpaused_here).at > (d.logged_out).at + interval '2 s', false) and not exists (
        select from segs s where s.actor = d.actor and s.entered_at is not null
          and s.ended_at between (d.unpaused_here).at - interval '5 min' and (d.unpaused_here).at)
      or coalesce(n.at > (d.logged_out).at + interval '2 s', false)) as is_out,
    d.paused is not null and coalesce(d.paused > d.logged_in, true) and coalesce(d.paused > d.logged_out, true)
      and coalesce(d.paused > d.unpaused, true) as is_paused
  from said d
  left join words w on w.actor = d.actor
  left join seen n on n.actor = d.actor and n.queue = d.queue
  left join spoken k on k.actor = d.actor
)
select o.actor, o.queue, o.number,
  case when b.actor is not null then b.presence
       when o.is_lost and coalesce(o.last_at <= o.last_word_at, true) then 'not_known'
       when o.is_out then 'logged_out'
       when presence_stale > interval '0' and moment - o.agent_heard_at > presence_stale then 'not_known'
       when o.is_paused then 'paused'
       else 'available' end,
  case when b.actor is not null then b.since
       when o.is_lost and coalesce(o.last_at <= o.last_word_at, true) then o.agent_heard_at
       when o.is_out then (o.logged_out).at + o.delay
       when presence_stale > interval '0' and moment - o.agent_heard_at > presence_stale then o.agent_heard_at
       when o.is_paused then (o.paused).at + o.delay
       else coalesce(greatest((o.logged_in).at + o.delay, (o.unpaused).at + o.delay, o.ended_at), o.first_word_at, o.heard_at) end,
  coalesce(b.calls, '{}')
from off_call o left join busy b on b.actor = o.actor
$$;
