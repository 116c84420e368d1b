import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { isPresence, isStatedByRow, namesNumber, presenceFacts, statesSeveral } from '../../write/presence-facts.ts';
import { agentsOfFacts, marks } from '../../write/write-agents.ts';
import { mark } from '../numbers/live-state.ts';
import type { AgentRow } from '../numbers/live-state.ts';
import { epochMs } from '../positions.ts';
import { momentSql } from './past-reads.ts';
import type { PastReads } from './past-reads.ts';

/**
 * Presence events are read from this much before the moment on, in ms. Of older ones, only those count that are still the
 * latest of their kind today.
 */
const presenceEventsMs = 7 * 24 * 3_600_000;

/** SQL: each kind, and the time of its mark in a row `a` of `agents`. */
const kindsOfRow = Object.entries(marks)
  .map(([kind, name]) => `('${kind}', a.${name}_at)`)
  .join(', ');

/** SQL: marks of `agents` from before `since`, as facts. Their receptions are unknown, so they say nothing about delays. */
const oldMarks = (since: string): string =>
  Object.entries(marks)
    .map(
      ([kind, name]) => `
    select ${name}_id as id, ${name}_at as at, 'none' as clock, ${name}_at as received_at, '${kind}' as kind,
      actor, nullif(queue, '') as queue, case when number_at <= ${since} then number end as number, null as reason, 1::bigint as part
    from agents where ${name}_at <= ${since}`,
    )
    .join(' union all ');

/** SQL: parts of queries of the events `e` of a time. */
interface EventsOfTime {
  /** Beginning of the time, exclusive. */
  readonly since: string;
  /** Whether an event counts at the moment, and is in the time. */
  readonly isKnown: string;
}

/**
 * SQL: of the presence events of a time those that decide the marks. Of each agent, queue and kind that is the latest, and the
 * latest that names the agent's extension: all of a week would be several times as many, each in another page. Older pauses
 * that a log-in began with are left out: they are over with a later log-in.
 */
const decidingEvents = ({ since, isKnown }: EventsOfTime): string => {
  const ofKind = (filter: string): string => `
    select * from events e
    where e.actor = a.actor and coalesce(e.queue, '') = a.queue and e.kind = k.kind and ${isKnown} and ${isPresence('e')} and ${isStatedByRow} and ${filter}
    order by at desc fetch first row with ties`;
  return `(
    with latest as materialized (
      select e.* from agents a cross join lateral (values ${kindsOfRow}) k (kind, last_at) cross join lateral (${ofKind('true')}) e
      where k.last_at > ${since}
    )
    select * from latest
    union all
    select n.* from (
      select distinct e.actor, coalesce(e.queue, '') as queue, e.kind from latest e where not (${namesNumber})
    ) a cross join lateral (select a.kind) k cross join lateral (${ofKind(namesNumber)}) n
    union all
    select s.* from (select distinct actor from agents) a cross join lateral (
      select * from events e
      where e.actor = a.actor and ${isKnown} and ${isPresence('e')} and call_id is null and ${statesSeveral} offset 0) s
    union all
    select * from events e where ${isKnown} and ${isPresence('e')} and call_id is not null and facts is not null
  )`;
};

/**
 * SQL: how far the sender's clock is behind, as one fact of each agent and queue that sets no mark: it was received when the last
 * event was, and has the least delay of all. Without it all events of the time would be folded, with their bodies.
 */
const delays = ({ isKnown }: EventsOfTime): string => `
    select 0::bigint as id, updated_at - coalesce(least_delay, '0') as at, case when least_delay is null then 'none' end as clock,
      updated_at as received_at, '' as kind, actor, queue, null as number, null as reason, 1::bigint as part
    from (
      select e.actor, e.queue, max(e.received_at) as updated_at, min(e.received_at - e.at) filter (where e.clock is null) as least_delay
      from events e where ${isKnown} and ${isPresence('e')} and ${isStatedByRow} group by 1, 2) heard`;

/**
 * The marks of every agent as of a past moment whose last event is not older than `heardSince` (ms since 1970) or who was
 * logged in; ordered by actor and queue. With `now`, without delays of clocks.
 */
export async function readPastAgentMarks(db: Queryable, reads: PastReads, heardSince: number): Promise<AgentRow[]> {
  const moment = momentSql('$1');
  const since = momentSql('$2');
  const isNow = reads.known === 'now';
  // A received event's own time is at most five minutes after its reception.
  const until = isNow ? `at <= ${moment}` : `at <= ${moment} + interval '5 min' and received_at <= ${moment}`;
  const time = { since, isKnown: `at > ${since} and ${until}` };
  const facts = [presenceFacts(decidingEvents(time)), oldMarks(since), ...(isNow ? [] : [delays(time)])].join(
    ' union all ',
  );
  const lastAt = 'greatest(logged_in_at, logged_out_at, paused_at, unpaused_at)';
  const heardAt = isNow ? lastAt : 'heard_at';
  const { rows } = await sqlOf(db).query<AgentRow>({
    text: `
      select actor, queue, number, ${mark('logged_in')} as "loggedIn", ${mark('logged_out')} as "loggedOut",
        ${mark('paused')} as paused, ${mark('unpaused')} as unpaused, ${epochMs(heardAt)} as "heardAt",
        ${isNow ? '0::float8' : 'delay_ms'} as "delayMs"
      from (${agentsOfFacts(facts)}) past
      where ${heardAt} >= ${momentSql('$3')}
        or logged_out_at is null or (logged_in_at, logged_in_id) > (logged_out_at, logged_out_id)
      order by actor, queue`,
    values: [reads.at, reads.at - presenceEventsMs, heardSince],
  });
  return rows;
}
