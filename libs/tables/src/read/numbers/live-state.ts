import type { AgentSegment, CallDirection, EventStamp, LiveCounts, PresenceEvents } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { marks } from '../../write/write-agents.ts';
import { epochMs } from '../positions.ts';

/** Current calls of a queue. */
export interface LiveQueue extends LiveCounts {
  /** '' for calls without a known queue. */
  readonly queue: string;
}

const liveCalls = (direction: CallDirection): string => `json_build_object(
  'waiting', count(*) filter (where state = 'WAITING' and direction = '${direction}'),
  'talking', count(*) filter (where state = 'ONGOING' and direction = '${direction}'))`;

/**
 * Counts by queue and direction the current calls whose last event is not older than `heardSince` (ms since 1970), with the SQL
 * function `current_calls`. Must agree with `isWaiting`, `isTalking` and `directionOf` of the domain, which a test checks.
 */
export async function countLiveCalls(db: Queryable, heardSince: number): Promise<LiveQueue[]> {
  const { rows } = await sqlOf(db).query<LiveQueue>({
    name: 'count-live-calls',
    text: `
      select queue, count(*) filter (where state = 'WAITING' and direction = 'inbound')::int as waiting,
        count(*) filter (where state = 'ONGOING' and direction = 'inbound')::int as talking,
        ${epochMs(`min(since) filter (where state = 'WAITING' and direction = 'inbound')`)} as "longestWaitingSince",
        ${liveCalls('outbound')} as outbound, ${liveCalls('internal')} as internal
      from current_calls(to_timestamp($1::float8 / 1000), '0 s')
      group by queue`,
    values: [heardSince],
  });
  return rows;
}

/** An agent's marks for one queue, and the agent's extension; times in ms since 1970. */
export interface AgentRow extends PresenceEvents {
  readonly number: string | null;
}

/** SQL: a mark as JSON; null if there is none. */
export const mark = (name: string): string =>
  `case when ${name}_at is not null then json_build_object('at', ${epochMs(`${name}_at`)}, 'id', ${name}_id) end`;

/** Rows that are read at once: those of all agents would be decoded in one turn of the event loop, 3 ms per 1,000. */
const agentsPerPage = 1_000;

/** The marks of every agent whose last event is not older than `heardSince` (ms since 1970) or who is logged in; ordered by actor and queue. */
export async function readAgentMarks(db: Queryable, heardSince: number): Promise<AgentRow[]> {
  const all: AgentRow[] = [];
  // No agent has an empty name.
  let last: Pick<AgentRow, 'actor' | 'queue'> | undefined = { actor: '', queue: '' };
  while (last !== undefined) {
    const page = await readPageOfAgents(db, heardSince, last);
    for (const row of page) all.push(row);
    last = page.length < agentsPerPage ? undefined : page.at(-1);
  }
  return all;
}

const stamps = Object.values(marks);
type StampColumn = `${(typeof stamps)[number]}_${'at' | 'id'}`;
type AgentColumns = Pick<AgentRow, 'actor' | 'queue' | 'number' | 'heardAt' | 'delayMs'> &
  Readonly<Record<StampColumn, number | null>>;

/** Stamps are read as columns: as JSON, 30,000 agents take twice as long, in Postgres and here. */
async function readPageOfAgents(
  db: Queryable,
  heardSince: number,
  last: Pick<AgentRow, 'actor' | 'queue'>,
): Promise<AgentRow[]> {
  const { rows } = await sqlOf(db).query<AgentColumns>({
    name: 'read-agent-marks',
    text: `
      select actor, queue, number, ${stamps.map((name) => `${epochMs(`${name}_at`)} as ${name}_at, ${name}_id`).join(', ')},
        ${epochMs('heard_at')} as "heardAt", delay_ms as "delayMs"
      from agents
      where (heard_at >= to_timestamp($1::float8 / 1000)
          or logged_out_at is null or (logged_in_at, logged_in_id) > (logged_out_at, logged_out_id))
        and (actor, queue) > ($2, $3)
      order by actor, queue
      limit ${agentsPerPage}`,
    values: [heardSince, last.actor, last.queue],
  });
  return rows.map((row) => ({
    actor: row.actor,
    queue: row.queue,
    number: row.number,
    loggedIn: stampOf(row.logged_in_at, row.logged_in_id),
    loggedOut: stampOf(row.logged_out_at, row.logged_out_id),
    paused: stampOf(row.paused_at, row.paused_id),
    unpaused: stampOf(row.unpaused_at, row.unpaused_id),
    heardAt: row.heardAt,
    delayMs: row.delayMs,
  }));
}

const stampOf = (at: number | null, id: number | null): EventStamp | null =>
  at === null || id === null ? null : { at, id };

/** A segment, and the queue of its call. */
export interface AgentSegmentRow extends AgentSegment {
  /** '' if no queue is known. */
  readonly callQueue: string;
}

/**
 * The segments that decide agent presence: open ones of calls whose last event is not older than `since` (ms since 1970),
 * and of those that ended since then, per agent and queue: the last, the last with a talk, the last that the agent left (wrap-up
 * begins), and those that an unpause may belong to (wrap-up ends). All segments would give the same presence, but send a day of them to the gateway each time.
 */
export async function readAgentSegments(db: Queryable, since: number): Promise<AgentSegmentRow[]> {
  const { rows } = await sqlOf(db).query<AgentSegmentRow>({
    name: 'read-agent-segments',
    text: `
      with ended as not materialized (
        select call_id, n, actor, coalesce(queue, '') as in_queue, ended_at, greatest(rang_last_at, entered_last_at, ended_at) as last_word_at,
          case when entered_at is not null then entered_last_at end as talked_at,
          case when entered_at is not null or end_reason = 'left' then ended_at end as left_at
        from segments where ended_at >= to_timestamp($1::float8 / 1000)
      ), latest as materialized (
        select actor, in_queue, max(last_word_at) as last_word_at, max(talked_at) as talked_at, max(left_at) as left_at
        from ended group by actor, in_queue
      ), unpaused as materialized (
        select actor, array_agg(unpaused_at) as times from agents where unpaused_at is not null group by actor
      ), wanted as (
        select e.call_id, e.n
        from ended e left join unpaused u on u.actor = e.actor
        where (e.actor, e.in_queue, e.last_word_at) in (select actor, in_queue, last_word_at from latest)
          or (e.actor, e.in_queue, e.talked_at) in (select actor, in_queue, talked_at from latest)
          or (e.actor, e.in_queue, e.left_at) in (select actor, in_queue, left_at from latest)
          or exists (select from unnest(u.times) as t (at) where t.at between e.ended_at and e.ended_at + interval '5 minutes')
        union all
        select s.call_id, s.n from calls c join segments s using (call_id)
        where c.finished_at is null and c.heard_at >= to_timestamp($1::float8 / 1000) and s.ended_at is null
      )
      select s.call_id as "callId", s.actor, s.number, s.queue, ${epochMs('s.rang_at')} as "rangAt", ${epochMs('s.rang_last_at')} as "rangLastAt",
        ${epochMs('s.entered_at')} as "enteredAt", ${epochMs('s.entered_last_at')} as "enteredLastAt", ${epochMs('s.ended_at')} as "endedAt", s.end_reason as "end",
        c.delay_ms as "delayMs", ${epochMs('c.heard_at')} as "heardAt", coalesce(c.queue, '') as "callQueue"
      -- Without "offset 0", the planner may scan all segments, of all time.
      from wanted w
        cross join lateral (select * from segments where call_id = w.call_id and n = w.n offset 0) s
        cross join lateral (select * from calls where call_id = w.call_id offset 0) c
      order by s.actor, s.call_id, s.n`,
    values: [since],
  });
  return rows;
}
