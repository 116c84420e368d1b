import type { AgentMarks, AgentSegment, LiveFacts } from '@callstream/domain';
import { ms } from '../board.ts';
import type { Tables } from '../connect.ts';

/** What is known of a call that goes on, as far as somebody counts it; times in ms since 1970. */
export interface LiveCallFacts extends LiveFacts {
  readonly callId: string;
  /** Where it is now; '' if no event named a queue. */
  readonly queue: string;
  readonly waitingSince: number | null;
  readonly delayMs: number;
}

/** The calls that are known to have begun, are unfinished, and were heard of since `heardSince`, in ms since 1970. */
export async function readLiveCalls(db: Tables, heardSince: number): Promise<LiveCallFacts[]> {
  const { rows } = await db.query<LiveCallFacts>({
    name: 'read-live-calls',
    text: `
      select call_id as "callId", coalesce(queue, '') as queue, state, is_opened as "isOpened", null as "finishedAt",
        ${ms('heard_at')} as "heardAt", ${ms('waiting_since')} as "waitingSince", delay_ms as "delayMs"
      from calls
      where finished_at is null and is_opened and heard_at >= to_timestamp($1::float8 / 1000)`,
    values: [heardSince],
  });
  return rows;
}

/** What an agent said of a queue, and the agent's extension; times in ms since 1970. */
export interface AgentRow extends AgentMarks {
  readonly number: string | null;
}

const mark = (name: string): string =>
  `case when ${name}_at is not null then json_build_object('at', ${ms(`${name}_at`)}, 'id', ${name}_id) end`;

/** What every agent said of each queue off calls, by actor and queue. */
export async function readAgentMarks(db: Tables): Promise<AgentRow[]> {
  const { rows } = await db.query<AgentRow>({
    name: 'read-agent-marks',
    text: `
      select actor, queue, number, ${mark('logged_in')} as "loggedIn", ${mark('logged_out')} as "loggedOut",
        ${mark('paused')} as paused, ${mark('unpaused')} as unpaused, ${ms('heard_at')} as "heardAt", delay_ms as "delayMs"
      from agents
      order by actor, queue`,
  });
  return rows;
}

/**
 * The times of agents on calls that ended since `since` (ms since 1970, by the sender's clock), or that are open on a call that
 * was heard of since then.
 */
export async function readAgentSegments(db: Tables, since: number): Promise<AgentSegment[]> {
  const { rows } = await db.query<AgentSegment>({
    name: 'read-agent-segments',
    text: `
      with wanted as (
        select * from segments where ended_at >= to_timestamp($1::float8 / 1000)
        union all
        select s.* from calls c join segments s using (call_id)
        where c.finished_at is null and c.heard_at >= to_timestamp($1::float8 / 1000) and s.ended_at is null
      )
      select s.call_id as "callId", s.actor, s.number, s.queue, ${ms('s.rang_at')} as "rangAt", ${ms('s.rang_last_at')} as "rangLastAt",
        ${ms('s.entered_at')} as "enteredAt", ${ms('s.ended_at')} as "endedAt", s.end_reason as "end",
        c.delay_ms as "delayMs", ${ms('c.heard_at')} as "heardAt", c.finished_at is null as "isCallOpen"
      from wanted s join calls c using (call_id)
      order by s.actor, s.call_id, s.n`,
    values: [since],
  });
  return rows;
}
