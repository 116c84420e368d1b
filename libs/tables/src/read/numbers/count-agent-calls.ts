import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { responseBytesMax, sizedCounts, toPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { Period } from './periods.ts';
import { foundTalkTimes, summedTalkTimes } from './talk-times-sql.ts';

/** Limits of what agents do, in ms, and the moment until which it is counted. */
interface OccupancyRules {
  /** ms since 1970. */
  readonly now: number;
  readonly staleAfterMs: number;
  readonly ringMsMax: number;
  readonly presenceStaleMs: number;
  readonly wrapUpMs: number;
}

export interface CountAgentCallsOptions extends Period {
  readonly rules: OccupancyRules;
  /** Whether times logged in, and the occupancy, are counted: each session and segment of the period is read for them. */
  readonly withOccupancy: boolean;
  /** Only calls that the agents got through these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** Only calls that are, or were last, in these queues; null: all. */
  readonly visibleQueues: readonly string[] | null;
  /** Most agents in the answer. */
  readonly limit: number;
}

/** The times of an agent on calls, without those that go on, and logged in; in ms. Without occupancy, the last three are null. */
export interface CountedAgentCalls {
  readonly actor: string;
  /** Times that the agent entered a call. */
  readonly calls: number;
  /** Of these, the ended ones. */
  readonly ended: number;
  readonly onCallMs: number;
  /** 0 if none has ended. */
  readonly onCallMsMax: number;
  readonly loggedInMs: number | null;
  readonly pausedMs: number | null;
  /** Handling calls, of the time that the agent was logged in and not paused: 0 to 1. Null if there was none. */
  readonly occupancy: number | null;
}

/** Approximate bytes of a count without the name of its agent. */
const countBytes = 350;

/**
 * Counts the times that agents entered calls in the period, by agent: the same that `exportAgentCalls` has; and how long
 * they were logged in, by the SQL function `agent_occupancy`. Without occupancy, only agents who entered calls. The first agents, up to the limit and {@link responseBytesMax}.
 */
export async function countAgentCalls(
  db: Queryable,
  options: CountAgentCallsOptions,
): Promise<Page<CountedAgentCalls>> {
  const { from, to, queues, visibleQueues, limit, rules, withOccupancy } = options;
  const loggedInQueues =
    visibleQueues === null ? queues : (queues?.filter((queue) => visibleQueues.includes(queue)) ?? visibleQueues);
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedAgentCalls & { readonly foundRows: number }>({
    text: `
      with ${foundTalkTimes({ by: 'actor', unit: 'null', zone: `'UTC'` })}, on_calls as (
        select actor, ${summedTalkTimes} from found group by actor
      ), counted as (
        select actor as queue, coalesce(calls, 0) as calls, coalesce(ended, 0) as ended, coalesce("onCallMs", 0) as "onCallMs",
          coalesce("onCallMsMax", 0) as "onCallMsMax", case when $13 then coalesce(logged_in_ms, 0) end as "loggedInMs",
          case when $13 then coalesce(paused_ms, 0) end as "pausedMs", occupancy, count(*) over () as "foundRows"
        from on_calls full join (
          select * from agent_occupancy($1::timestamptz, $2::timestamptz, to_timestamp($7::float8 / 1000), $8::text[],
            $9::float8 * interval '1 ms', $10::float8 * interval '1 ms', $11::float8 * interval '1 ms',
            $12::float8 * interval '1 ms')
          where $13::boolean
        ) logged_in using (actor)
      ), ${sizedCounts(countBytes, 'queue')}
      select queue as actor, calls, ended, "onCallMs", "onCallMsMax", "loggedInMs", "pausedMs", occupancy, "foundRows" from sized
      where bytes <= $6::int order by queue limit $5`,
    values: [
      ...[from, to, queues, visibleQueues, limit, responseBytesMax, rules.now, loggedInQueues],
      ...[rules.staleAfterMs, rules.ringMsMax, rules.presenceStaleMs, rules.wrapUpMs, withOccupancy],
    ],
  });
  return toPage(rows);
}
