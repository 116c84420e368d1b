-- Whatever depends on the moment or on a setting is a function of them, and never stored. Each equals one of libs/domain, which
-- functions.int.test.ts checks. Their bodies stay bound to the tables of this schema, also after a swap.

create function current_calls(moment timestamptz, stale_after interval)
returns table (call_id text, queue text, direction text, state text, since timestamptz)
language sql stable begin atomic
  select c.call_id, coalesce(c.queue, ''), case when c.direction in ('outbound', 'internal') then c.direction else 'inbound' end,
    c.state, coalesce(case when c.state = 'WAITING' then c.waiting_since end, c.state_at) + c.delay_ms * interval '1 ms'
  from calls c
  where c.finished_at is null and c.is_opened and c.heard_at >= moment - stale_after;
end;
comment on function current_calls is 'Current calls at a moment, and since when they are in their state by our clock. direction: inbound, also if it is not known, outbound or internal. stale_after: how long a call counts after its last event; STALE_AFTER_MINUTES.';

create function call_outcomes(
  began_from timestamptz,
  began_to timestamptz,
  moment timestamptz,
  stale_after interval default '120 min'
) returns table (call_id text, queue text, direction text, began_at timestamptz, outcome text, heard_at timestamptz)
language sql stable begin atomic
  select c.call_id, coalesce(c.queue, ''), d.direction, c.began_at, case
    when d.direction = 'outbound' and c.answered_at is not null then 'connected'
    when d.direction = 'outbound' and c.finished_at is not null then 'not_connected'
    when d.direction = 'internal' and c.answered_at is not null then 'answered'
    when d.direction = 'internal' and c.finished_at is not null then 'not_answered'
    when d.direction = 'inbound' and c.answered_last_at >= c.waiting_at then 'answered'
    when d.direction = 'inbound' and c.answered_at is not null then 'answered_without_queue'
    when d.direction = 'inbound' and c.waiting_at is null and c.abandoned_at is not null then 'abandoned'
    -- A subquery here, because most calls were answered: it runs for the others only.
    when d.direction = 'inbound' and c.waiting_at is not null
      and (select v.outcome from visits v where v.call_id = c.call_id order by v.n desc limit 1) = 'abandoned' then 'abandoned'
    when d.direction = 'inbound' and c.finished_at is not null then
      case when c.waiting_at is null then 'ended_before_queue' else 'flowed_out' end
    when moment - c.heard_at > stale_after then 'not_known'
    else 'open' end, c.heard_at
  from calls c,
    lateral (select case when c.direction in ('outbound', 'internal') then c.direction else 'inbound' end as direction) d
  where c.is_opened and c.began_at >= began_from and c.began_at < began_to;
end;
comment on function call_outcomes is 'What became of each call that began in a period (began_from inclusive, began_to exclusive), as far as it is known at a moment; each call once. inbound, also if the direction is not known: answered after it waited in a queue, answered_without_queue, abandoned, flowed_out (it left its queues otherwise, or was not let in, and ended unanswered), ended_before_queue. outbound: connected, not_connected. internal: answered, not_answered. All: open, not_known (not finished, and stale). stale_after: STALE_AFTER_MINUTES.';

create function agent_presence(
  moment timestamptz,
  stale_after interval default '120 min',
  ring_max interval default '120 s',
  presence_stale interval default '12 h',
  take_several_calls boolean default false,
  wrap_up interval default '0 s'
) returns table (actor text, queue text, presence text, since timestamptz, calls text[])
language sql stable begin atomic
  -- Presence looks back a day, by clocks that may be half a day behind.
  with segs as materialized (
    select s.*, coalesce(s.queue, '') as in_queue, c.heard_at, c.delay_ms * interval '1 ms' as delay,
      moment - c.heard_at > stale_after as is_stale, s.entered_at is not null and s.ended_at is null as is_on_call,
      s.entered_at is not null or s.end_reason is not distinct from 'left' as was_on_call,
      greatest(s.rang_last_at, s.entered_last_at, s.ended_at) as last_event_at
    from segments s join calls c on c.call_id = s.call_id
    where greatest(s.rang_last_at, s.entered_last_at, s.ended_at) >= moment - interval '36 h'
  ), marks as materialized (
    select a.*, a.delay_ms * interval '1 ms' as delay from agents a
  ), presence_events as materialized (
    select m.actor, m.queue, w.kind, w.at, w.id, m.delay
    from marks m, lateral (values ('logged_in', m.logged_in_at, m.logged_in_id), ('logged_out', m.logged_out_at, m.logged_out_id),
      ('paused', m.paused_at, m.paused_id), ('unpaused', m.unpaused_at, m.unpaused_id)) as w (kind, at, id)
    where w.at is not null
  ), entries as (
    select s.actor, s.call_id, s.queue, s.entered_at as at from segs s where s.entered_at is not null
    union all select s.actor, s.call_id, s.queue, s.entered_last_at from segs s where s.entered_at is not null
  ), entered_elsewhere as (
    select s.call_id, s.n, min(e.at) as at
    from segs s join entries e on e.actor = s.actor
    where s.ended_at is null and e.call_id <> s.call_id and e.at > coalesce(s.entered_last_at, s.rang_last_at)
      and (s.entered_last_at is null or e.queue is not null)
    group by s.call_id, s.n
  ), logged_out_since as (
    select s.call_id, s.n, max(w.at) as at
    from segs s join presence_events w on w.actor = s.actor
    where s.ended_at is null and w.kind = 'logged_out' and w.queue in (s.in_queue, '') and w.at >= s.rang_last_at
    group by s.call_id, s.n
  ), ended_segments as materialized (
    -- When each segment ended: by its call, or by other events of the agent.
    select s.*, coalesce(s.ended_at, case
      when s.entered_last_at is null then least(e.at, l.at,
        case when moment - s.delay - s.rang_last_at > ring_max then s.rang_last_at + ring_max end)
      when not take_several_calls then e.at end) as over_at
    from segs s
    left join entered_elsewhere e on e.call_id = s.call_id and e.n = s.n
    left join logged_out_since l on l.call_id = s.call_id and l.n = s.n
  ), on_calls as (
    select j.actor, max(j.over_at + j.delay) as ended_at, max(j.last_event_at) as last_event_at,
      -- The end of the last call that the agent was on, by our clock and by the sender's.
      max(j.over_at + j.delay) filter (where j.was_on_call) as left_at,
      (array_agg(j.over_at order by j.over_at + j.delay desc nulls last) filter (where j.was_on_call))[1] as left_own_at,
      min(h.at) as first_heard_at, max(h.at) as heard_at,
      min(j.entered_at + j.delay) filter (where j.over_at is null and not j.is_stale and j.is_on_call) as talks_since,
      min(j.rang_at + j.delay) filter (where j.over_at is null and not j.is_stale and not j.is_on_call) as rings_since,
      array_agg(distinct j.call_id order by j.call_id) filter (where j.over_at is null and not j.is_stale) as calls,
      max(j.last_event_at) filter (where j.over_at is null and j.is_stale) as stale_since
    from ended_segments j,
      lateral (select case when j.is_on_call then j.heard_at else least(j.heard_at, j.last_event_at + j.delay) end as at) h
    group by j.actor
  ), off_calls as (
    select m.actor, min(m.heard_at) as first_heard_at, max(m.heard_at) as heard_at,
      max(greatest(m.logged_in_at, m.logged_out_at, m.paused_at, m.unpaused_at)) as last_at
    from marks m group by m.actor
  ), known as (
    select coalesce(o.actor, f.actor) as actor, coalesce(o.talks_since, o.rings_since) as busy_since, o.talks_since, o.calls, o.ended_at,
      o.left_at, o.left_own_at,
      least(o.first_heard_at, f.first_heard_at) as first_heard_at, greatest(o.heard_at, f.heard_at) as heard_at,
      coalesce(o.stale_since = o.last_event_at and coalesce(f.last_at <= o.last_event_at, true), false) as is_unknown_since_call
    from on_calls o full join off_calls f on f.actor = o.actor
  ), agent_queues as (
    -- "No queue" is a queue only of agents who have no other.
    select distinct p.actor, p.queue
    from (select n.actor, n.queue, bool_or(n.queue <> '') over (partition by n.actor) as has_queue
      from (select m.actor, m.queue from marks m union select s.actor, s.in_queue from segs s) n) p
    where p.queue <> '' or not p.has_queue
  ), after_calls as (
    -- Unpauses that may end the wrap-up after a call: they do not undo a log-out.
    select distinct w.actor, w.queue
    from presence_events w join segs s on s.actor = w.actor
    where w.kind = 'unpaused' and s.was_on_call
      and w.at between s.ended_at and s.ended_at + interval '5 min'
  ), queue_events as materialized (
    -- The events that count for each queue: those that name it, and those without a queue.
    select p.actor, p.queue, w.queue as named, w.kind, w.at, w.id, w.delay, c.actor is not null as is_after_call
    from agent_queues p join presence_events w on w.actor = p.actor and w.queue in (p.queue, '')
    left join after_calls c on w.kind = 'unpaused' and c.actor = w.actor and c.queue = w.queue
  ), last_on_calls as (
    select s.actor, s.in_queue, max(greatest(s.rang_last_at, s.entered_last_at)) as at from segs s group by s.actor, s.in_queue
  ), logged_out as (
    -- Log-outs that still hold. Only events that name the queue undo a log-out that names it.
    select o.actor, o.queue, min(o.at) as at
    from queue_events o left join last_on_calls c on c.actor = o.actor and c.in_queue = o.queue
    where o.kind = 'logged_out' and (c.at is null or c.at <= o.at + interval '2 s')
      and not exists (select from queue_events u
        where u.actor = o.actor and u.queue = o.queue and u.named in (o.queue, o.named) and (
          u.kind = 'logged_in' and (u.at, u.id) >= (o.at, o.id)
          or u.kind = 'paused' and u.at > o.at + interval '2 s'
          or u.kind = 'unpaused' and u.at > o.at + interval '2 s' and not u.is_after_call))
    group by o.actor, o.queue
  ), latest as (
    select w.actor, w.queue, max(w.delay) as delay, max(w.at) filter (where w.kind in ('logged_in', 'unpaused')) as begun_at,
      max(w.at) as last_at, (array_agg(w.kind order by w.at desc, w.id desc, w.kind = 'paused' desc))[1] as last_kind
    from queue_events w group by w.actor, w.queue
  ), latest_by_queue as (
    select p.actor, p.queue, coalesce(greatest(w.delay, interval '0'), interval '0') as delay, o.at as logged_out_at, w.last_kind,
      w.last_at, w.begun_at
    from agent_queues p
    left join latest w on w.actor = p.actor and w.queue = p.queue
    left join logged_out o on o.actor = p.actor and o.queue = p.queue
  )
  select s.actor, s.queue, p.presence,
    case p.presence
      when 'on_call' then k.busy_since when 'ringing' then k.busy_since when 'not_known' then k.heard_at
      when 'logged_out' then s.logged_out_at + s.delay when 'paused' then s.last_at + s.delay
      when 'wrap_up' then k.left_at
      else coalesce(greatest(s.begun_at + s.delay, k.ended_at, w.until), k.first_heard_at) end,
    coalesce(k.calls, '{}')
  from latest_by_queue s join known k on k.actor = s.actor,
    -- A log-in or unpause since the call says that the agent is available again.
    lateral (select case when wrap_up > interval '0' and coalesce(s.begun_at <= k.left_own_at, true)
      then k.left_at + wrap_up end as until) w,
    lateral (select case
      when k.talks_since is not null then 'on_call'
      when k.busy_since is not null then 'ringing'
      when k.is_unknown_since_call then 'not_known'
      when s.logged_out_at is not null then 'logged_out'
      when presence_stale > interval '0' and moment - k.heard_at > presence_stale then 'not_known'
      when s.last_kind = 'paused' then 'paused'
      when moment < w.until then 'wrap_up'
      else 'available' end as presence) p;
end;
comment on function agent_presence is 'Presence of each agent in each queue at a moment, since when by our clock, and the agent''s calls: on_call, ringing, not_known, wrap_up, available, paused or logged_out. stale_after, ring_max, presence_stale, take_several_calls, wrap_up: STALE_AFTER_MINUTES, RING_MAX_SECONDS, PRESENCE_STALE_HOURS, AGENTS_TAKE_SEVERAL_CALLS, WRAP_UP_SECONDS.';

create function agent_occupancy(
  period_from timestamptz,
  period_to timestamptz,
  moment timestamptz,
  queues text[] default null,
  stale_after interval default '120 min',
  ring_max interval default '120 s',
  presence_stale interval default '12 h',
  wrap_up interval default '0 s'
) returns table (actor text, logged_in_ms bigint, paused_ms bigint, handling_ms bigint, available_ms bigint, occupancy float8)
language sql stable begin atomic
  with stays as materialized (
    select s.actor, s.state, s.began_at, coalesce(s.ended_at, greatest(s.began_at, moment)) as end_at,
      queues is null or s.queue = any(queues) as is_counted
    from agent_sessions s
    where tstzrange(s.began_at, s.ended_at) && tstzrange(period_from, greatest(period_from, least(period_to, moment)))
  ), near as (
    select s.actor, s.queue, s.rang_at, s.rang_last_at, s.entered_at, s.ended_at, s.end_reason, s.ended_at as end_at
    from segments s
    -- Each alternative is a range of segments_times.
    where (s.ended_at >= period_from - presence_stale - wrap_up and s.rang_at < period_to)
      or (s.ended_at >= period_from - presence_stale - wrap_up and s.entered_at < period_to)
      or (s.ended_at >= period_from - presence_stale - wrap_up and s.ended_at < period_to)
    union all
    -- Of a stale call no more is known than until its last event, by a clock that may be half a day ahead.
    select s.actor, s.queue, s.rang_at, s.rang_last_at, s.entered_at, s.ended_at, s.end_reason,
      case when moment - c.heard_at > stale_after then c.last_event_at else moment end
    from calls c join segments s on s.call_id = c.call_id
    where c.finished_at is null and s.ended_at is null
      and c.heard_at >= least(moment - stale_after, period_from - presence_stale - interval '14 h')
  ), segs as materialized (
    select s.*, queues is null or coalesce(s.queue, '') = any(queues) as is_counted,
      least(s.rang_at, s.entered_at, s.end_at) as first_at, greatest(s.rang_last_at, s.entered_at, s.end_at) as last_at
    from near s
    where coalesce(s.rang_at, s.entered_at, s.ended_at) < least(period_to, moment)
      and s.actor in (select actor from stays where is_counted)
  ), counted_segs as (
    select *, coalesce(rang_last_at + ring_max >= entered_at, false) as rang_until_entered from segs where is_counted
  ), busy_times as (
    -- Few long ranges: ringing, the call and wrap-up follow each other.
    select actor, case when rang_until_entered then least(rang_at, entered_at) else entered_at end as begin_at,
      end_at + case when ended_at is null then interval '0' else wrap_up end as end_at
    from counted_segs where entered_at is not null
    union all select actor, rang_at, least(coalesce(entered_at, end_at), rang_last_at + ring_max)
    from counted_segs where rang_at is not null and not rang_until_entered
    union all select actor, ended_at, ended_at + wrap_up
    from counted_segs where entered_at is null and end_reason = 'left' and ended_at is not null and wrap_up > interval '0'
  ), busy as (
    select actor, range_agg(tstzrange(begin_at, greatest(begin_at, end_at))) as at from busy_times group by actor
  ), heard_times as (
    select actor, began_at as first_at, began_at as last_at from stays
    union all select actor, first_at, last_at from segs where last_at - first_at <= presence_stale
    union all select actor, t.at, t.at
    from segs, unnest(array[rang_at, rang_last_at, entered_at, end_at]) as t (at)
    where last_at - first_at > presence_stale and t.at is not null
  ), heard as (
    -- The agent is known of until so long after each event or call, in whatever queue, as in agent_presence. Of times with shorter
    -- gaps: from the first until so long after the last.
    select actor, range_agg(tstzrange(first_at, last_at + presence_stale)) as at
    from (
      select actor, min(first_at) as first_at, max(last_at) as last_at
      from heard_times where presence_stale > interval '0'
      group by actor, date_bin(greatest(presence_stale, interval '1 s'), first_at, timestamptz 'epoch')
    ) together group by actor
  ), times as (
    select s.actor, range_agg(tstzrange(s.began_at, s.end_at)) filter (where s.state <> 'logged_out') as logged_in,
      range_agg(tstzrange(s.began_at, s.end_at)) filter (where s.state = 'logged_in') as ready
    from stays s where s.is_counted group by s.actor
  ), known as materialized (
    -- Computed once: a subquery's expression would be repeated wherever it is used.
    select t.actor, t.ready, coalesce(b.at, '{}') as busy,
      tstzmultirange(tstzrange(period_from, greatest(period_from, least(period_to, moment)))) * t.logged_in
        * case when presence_stale > interval '0' then coalesce(h.at, '{}') + coalesce(b.at, '{}')
          else tstzmultirange(tstzrange(null, null)) end as logged_in
    from times t left join busy b on b.actor = t.actor left join heard h on h.actor = t.actor
  ), counted as materialized (
    select actor, logged_in, logged_in * busy as handling, logged_in * coalesce(ready, '{}') - busy as available
    from known where not isempty(logged_in)
  ), in_ms as materialized (
    select c.actor,
      (select sum(extract(epoch from upper(r) - lower(r)) * 1000)::bigint from unnest(c.logged_in) r) as logged_in,
      (select coalesce(sum(extract(epoch from upper(r) - lower(r)) * 1000), 0)::bigint from unnest(c.handling) r) as handling,
      (select coalesce(sum(extract(epoch from upper(r) - lower(r)) * 1000), 0)::bigint from unnest(c.available) r) as available
    from counted c
  )
  select i.actor, i.logged_in, i.logged_in - i.handling - i.available, i.handling, i.available,
    i.handling / nullif(i.handling + i.available, 0)::float8
  from in_ms i;
end;
comment on function agent_occupancy is 'How long each agent was logged in during a period (period_from inclusive, period_to exclusive), as far as it is known at a moment, and of that time: handling (on a call, while one rings, and wrap-up), available (not paused, and not handling), paused. occupancy: handling / (handling + available), 0 to 1; null if neither. queues: only their log-ins and calls; null: all, each moment once. A log-in whose log-out is missing counts until presence_stale after the agent''s last session or call in any queue. stale_after, ring_max, presence_stale, wrap_up: STALE_AFTER_MINUTES, RING_MAX_SECONDS, PRESENCE_STALE_HOURS, WRAP_UP_SECONDS.';
