import type { Agent, CallAgent, LiveFacts } from '@callstream/domain';
import { ms } from '../call-columns.ts';
import type { Tables } from '../connect.ts';

/** An agent on a call; times in ms since 1970. */
export type LiveCallAgent = Pick<
  CallAgent,
  'actor' | 'enteredLastAt' | 'leftLastAt' | 'ringingLastAt' | 'noanswerLastAt'
>;

/** What is known of a call that goes on, as far as somebody counts it; times in ms since 1970. */
export interface LiveCallFacts extends LiveFacts {
  readonly callId: string;
  /** Where it is now; '' if no event named a queue. */
  readonly queue: string;
  readonly agents: readonly LiveCallAgent[];
}

/** The calls that are unfinished and of which something was heard since `heardSince`, in ms since 1970. */
export async function readLiveCalls(db: Tables, heardSince: number): Promise<LiveCallFacts[]> {
  const { rows } = await db.query<LiveCallFacts>({
    name: 'read-live-calls',
    text: `
      select c.call_id as "callId", coalesce(c.queue, '') as queue, json_build_object('at', 0, 'rank', c.state_rank) as state,
        ${ms('c.waiting_since')} as "waitingSince", ${ms('c.abandoned_at')} as "abandonedAt", null as "finishedAt",
        ${ms('c.updated_at')} as "updatedAt", coalesce(a.agents, '[]') as agents
      from calls c
      left join lateral (
        select json_agg(json_build_object('actor', actor, 'enteredLastAt', ${ms('entered_last_at')}, 'leftLastAt', ${ms('left_last_at')},
          'ringingLastAt', ${ms('ringing_last_at')}, 'noanswerLastAt', ${ms('noanswer_last_at')})) as agents
        from call_agents where call_id = c.call_id) a on true
      where c.finished_at is null and c.updated_at >= to_timestamp($1::float8 / 1000)`,
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
export async function readAgents(db: Tables, seenSince: number): Promise<AgentFacts[]> {
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
