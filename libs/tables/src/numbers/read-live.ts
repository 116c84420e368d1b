import type { Agent, CallAgent } from '@callstream/domain';
import { ms } from '../call-columns.ts';
import type { Queryable } from '../connect.ts';

/** SQL: the calls `c` that are unfinished and of which something was heard since `$1`, in ms since 1970. */
const isLive = `c.finished_at is null and c.updated_at >= to_timestamp($1::float8 / 1000)`;
/** SQL: as `isOnCall` and `isRinging` of the domain, of `a` in call_agents. */
const isOnCall = `a.entered_last_at is not null and (a.left_last_at is null or a.entered_last_at > a.left_last_at)`;
const isRinging = `a.ringing_last_at > coalesce(greatest(a.entered_last_at, a.left_last_at, a.noanswer_last_at), '-infinity')`;

/** How many calls are in a queue now; times in ms since 1970. */
export interface LiveQueue {
  /** '' for the calls of which no event named a queue. */
  readonly queue: string;
  readonly waiting: number;
  /** Since when the first of them waits; null if none does. */
  readonly longestWaitingSince: number | null;
  readonly talking: number;
}

/**
 * Counts the calls that are unfinished and of which something was heard since `heardSince` (ms since 1970), by queue. What
 * waits and what is talked on is said by `isWaiting` and `isTalking` of the domain; a test holds them together.
 */
export async function countLiveCalls(db: Queryable, heardSince: number): Promise<LiveQueue[]> {
  const { rows } = await db.query<LiveQueue>({
    name: 'count-live-calls',
    text: `
      select queue, count(*) filter (where waits)::int as waiting, count(*) filter (where state_rank = 3)::int as talking,
        ${ms('min(waiting_since) filter (where waits)')} as "longestWaitingSince"
      from (
        select coalesce(c.queue, '') as queue, c.state_rank, c.waiting_since,
          c.state_rank = 2 and (c.abandoned_at is null or c.waiting_since is null or c.abandoned_at < c.waiting_since)
            and has_agent is null as waits
        from calls c
        -- By the key, call by call: joined in another way, the agents of all calls that ever were would be read.
        left join lateral (select true as has_agent from call_agents a where a.call_id = c.call_id and ${isOnCall} limit 1) a on true
        where ${isLive}) live
      group by queue`,
    values: [heardSince],
  });
  return rows;
}

/** An agent who is on a call, or at whom it rings; times in ms since 1970. */
export interface BusyAgent extends Pick<
  CallAgent,
  'actor' | 'enteredLastAt' | 'leftLastAt' | 'ringingLastAt' | 'noanswerLastAt'
> {
  readonly callId: string;
  /** Where the call is now; '' if no event named a queue. */
  readonly queue: string;
}

/** Who is busy with which of the calls that {@link countLiveCalls} counts; in the order of the calls. */
export async function readBusyAgents(db: Queryable, heardSince: number): Promise<BusyAgent[]> {
  const { rows } = await db.query<BusyAgent>({
    name: 'read-busy-agents',
    text: `
      select a.actor, c.call_id as "callId", coalesce(c.queue, '') as queue,
        ${ms('a.entered_last_at')} as "enteredLastAt", ${ms('a.left_last_at')} as "leftLastAt",
        ${ms('a.ringing_last_at')} as "ringingLastAt", ${ms('a.noanswer_last_at')} as "noanswerLastAt"
      from calls c
      -- offset 0: by the key, call by call, as above.
      cross join lateral (
        select * from call_agents a where a.call_id = c.call_id and (${isOnCall} or ${isRinging}) offset 0) a
      where ${isLive}
      order by c.id`,
    values: [heardSince],
  });
  return rows;
}

/** An agent in one queue; times in ms since 1970. */
export interface AgentFacts extends Omit<Agent, 'number'> {
  /** The extension. */
  readonly number: string | null;
}

/** Every agent that is logged in to a queue, or was seen in one since `seenSince`, in ms since 1970; by actor and queue. */
export async function readAgents(db: Queryable, seenSince: number): Promise<AgentFacts[]> {
  const { rows } = await db.query<AgentFacts>({
    name: 'read-agents',
    text: `
      select actor, queue, number, ${ms('logged_in_at')} as "loggedInAt", ${ms('logged_out_at')} as "loggedOutAt",
        ${ms('paused_at')} as "pausedAt", ${ms('unpaused_at')} as "unpausedAt", ${ms('last_seen_at')} as "lastSeenAt"
      from agents
      where last_seen_at >= to_timestamp($1::float8 / 1000) or logged_in_at > coalesce(logged_out_at, '-infinity')
      order by actor, queue`,
    values: [seenSince],
  });
  return rows;
}
