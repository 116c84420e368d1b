import type { AgentSession, PresenceFact, SessionEnd, SessionState } from '@callstream/domain';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { epochMs } from '../read/positions.ts';
import { isPresence, presenceFacts } from './presence-facts.ts';
import { textArray } from './row-text.ts';
import { timestamp, timestampOrNull } from './timestamp.ts';

/** Agents whose sessions are read or written, by index; times are in ms since 1970. */
export interface AgentMoments {
  readonly actors: readonly string[];
  readonly times: readonly number[];
}

const arrayOf = (values: readonly (string | number | boolean)[]): string => textArray(values.map(String));
const timesOf = (times: readonly number[]): string => arrayOf(times.map(timestamp));

/** Locks of one projection, over which its agents are spread: each transaction takes few of the locks that Postgres has. */
const locks = 256;

/**
 * Lets one transaction at a time derive the sessions of an agent, because events of an agent may be in several partitions.
 * After the events are written, so that the second transaction reads those of the first. In one order, against deadlocks.
 */
export const lockAgents = (actors: readonly string[]): Statement => ({
  name: 'lock-agents',
  text: `
    select pg_advisory_xact_lock(hashtext('callstream ' || current_schema()), lock)
    from (select distinct abs(hashtext(actor) % ${locks}) as lock from unnest($1::text[]) a(actor) order by lock offset 0) l`,
  values: [arrayOf(actors)],
});

/** Reads the sessions that go on at these moments, or end at them: those that began before. */
export const readSessionsAt = ({ actors, times }: AgentMoments): Statement => ({
  name: 'read-sessions-at',
  text: `
    select m.n, s.queue, s.state, ${epochMs('s.began_at')}, ${epochMs('s.ended_at')}, s.end_reason, s.pause_reason, s.of_all_queues
    from unnest($1::text[], $2::timestamptz[]) with ordinality as m (actor, at, n)
    join agents a on a.actor = m.actor
    cross join lateral (
      select * from agent_sessions s where s.actor = a.actor and s.queue = a.queue and s.began_at < m.at
      order by s.began_at desc limit 1) s
    where s.ended_at is null or s.ended_at >= m.at`,
  values: [arrayOf(actors), timesOf(times)],
});

const presenceEvents = isPresence('events');

/** Reads the first facts about these agents from these moments on, at most as many as `limits` says, in the order of play. */
export const readPresenceFacts = ({ actors, times }: AgentMoments, limits: readonly number[]): Statement => ({
  name: 'read-presence-facts',
  text: `
    select m.n, coalesce(f.queue, ''), f.kind, ${epochMs('f.at')}, f.id, f.part, f.reason
    from unnest($1::text[], $2::timestamptz[], $3::int[]) with ordinality as m (actor, since, most, n)
    cross join lateral (
      select * from (
        ${presenceFacts(`(
          select * from events where actor = m.actor and ${presenceEvents} and at >= m.since and (call_id is null or facts is null)
          order by at limit m.most) of_agent`)}
        union all
        ${presenceFacts(`events where ${presenceEvents} and at >= m.since and call_id is not null and facts is not null`)}
      ) stated
      where actor = m.actor
      order by ${orderOfPlay} limit m.most) f
    order by m.n, ${orderOfPlay}`,
  values: [arrayOf(actors), timesOf(times), arrayOf(limits)],
});

/** SQL: the order in which the domain plays presence facts. */
export const orderOfPlay = `at, id, kind = 'actor.paused', part`;

type TextRow = readonly (string | null)[];

/** The rows of a result by their agent, whose index their first column has, from 1. */
const byAgent = <T>({ rows }: StatementResult, decode: (row: TextRow) => T): T[][] => {
  const found: T[][] = [];
  for (const row of rows) (found[Number(row[0]) - 1] ??= []).push(decode(row));
  return found;
};

const msOrNull = (text: string | null | undefined): number | null => (text == null ? null : Number(text));

/** By index of the agent. */
export const sessionsOf = (result: StatementResult): AgentSession[][] =>
  byAgent(result, ([, queue, state, beganAt, endedAt, end, reason, isOfAllQueues]) => ({
    queue: queue ?? '',
    state: state as SessionState,
    beganAt: Number(beganAt),
    endedAt: msOrNull(endedAt),
    end: (end ?? null) as SessionEnd | null,
    reason: reason ?? null,
    isOfAllQueues: isOfAllQueues === 't',
  }));

/** By index of the agent. */
export const presenceFactsOf = (result: StatementResult): PresenceFact[][] =>
  byAgent(result, ([, queue, kind, at, id, part, reason]) => ({
    queue: queue ?? '',
    kind: kind as PresenceFact['kind'],
    at: Number(at),
    id: Number(id),
    part: Number(part),
    reason: reason ?? null,
  }));

/** Deletes the sessions of agents that began from `since` on and before `until` (Infinity: all). */
export const deleteSessions = (
  agents: readonly { readonly actor: string; readonly since: number; readonly until: number }[],
): Statement => ({
  name: 'delete-sessions',
  text: `
    delete from agent_sessions s
    using unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as c (actor, since, until) join agents a on a.actor = c.actor
    where s.actor = a.actor and s.queue = a.queue and s.began_at >= c.since and s.began_at < c.until`,
  values: [
    arrayOf(agents.map(({ actor }) => actor)),
    timesOf(agents.map(({ since }) => since)),
    arrayOf(agents.map(({ until }) => (until === Infinity ? 'infinity' : timestamp(until)))),
  ],
});

/** The row of a session; its keys are in the order of the columns. */
export const sessionRow = (actor: string, session: AgentSession) => ({
  actor,
  queue: session.queue,
  state: session.state,
  began_at: timestamp(session.beganAt),
  ended_at: timestampOrNull(session.endedAt),
  end_reason: session.end,
  pause_reason: session.reason,
  of_all_queues: session.isOfAllQueues,
});

export const upsertSessions = (rows: readonly ReturnType<typeof sessionRow>[]): Statement => ({
  name: 'upsert-sessions',
  text: `
    insert into agent_sessions
    select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::boolean[])
    on conflict (actor, queue, began_at) do update set (state, ended_at, end_reason, pause_reason, of_all_queues) =
      row(excluded.state, excluded.ended_at, excluded.end_reason, excluded.pause_reason, excluded.of_all_queues)`,
  values: [
    arrayOf(rows.map((row) => row.actor)),
    arrayOf(rows.map((row) => row.queue)),
    arrayOf(rows.map((row) => row.state)),
    arrayOf(rows.map((row) => row.began_at)),
    textArray(rows.map((row) => row.ended_at)),
    textArray(rows.map((row) => row.end_reason)),
    textArray(rows.map((row) => row.pause_reason)),
    arrayOf(rows.map((row) => row.of_all_queues)),
  ],
});
