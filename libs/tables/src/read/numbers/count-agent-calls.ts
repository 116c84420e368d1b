import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { onCallMs } from '../export/export-agent-calls.ts';
import { responseBytesMax, sizedCounts, toPage } from '../page.ts';
import type { Page } from '../page.ts';
import type { Period } from './periods.ts';

export interface CountAgentCallsOptions extends Period {
  /** Only calls that the agents got through these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** Only calls that are, or were last, in these queues; null: all. */
  readonly visibleQueues: readonly string[] | null;
  /** Most agents in the answer. */
  readonly limit: number;
}

/** The times of an agent on calls. Without those that go on, in ms. */
export interface CountedAgentCalls {
  readonly actor: string;
  /** Times that the agent entered a call. */
  readonly calls: number;
  /** Of these, the ended ones. */
  readonly ended: number;
  readonly onCallMs: number;
  /** 0 if none has ended. */
  readonly onCallMsMax: number;
}

/** Approximate bytes of a count without the name of its agent. */
const countBytes = 250;

/**
 * Counts the times that agents entered calls in the period, by agent: the same that {@link exportAgentCalls} has. The first
 * agents, up to the limit and {@link responseBytesMax}.
 */
export async function countAgentCalls(
  db: Queryable,
  options: CountAgentCallsOptions,
): Promise<Page<CountedAgentCalls>> {
  const { from, to, queues, visibleQueues, limit } = options;
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedAgentCalls & { readonly foundRows: number }>({
    text: `
      with entered as (
        select s.actor, ${onCallMs('s')} as ms
        from segments s join calls c on c.call_id = s.call_id
        where s.entered_at >= $1::timestamptz and s.entered_at < $2::timestamptz
          and ($3::text[] is null or coalesce(s.queue, '') = any($3)) and ($4::text[] is null or c.queue = any($4))
      ), counted as (
        select actor as queue, count(*)::int as calls, count(ms)::int as ended, coalesce(sum(ms), 0)::bigint as "onCallMs",
          coalesce(max(ms), 0)::bigint as "onCallMsMax", count(*) over () as "foundRows"
        from entered group by actor
      ), ${sizedCounts(countBytes, 'queue')}
      select queue as actor, calls, ended, "onCallMs", "onCallMsMax", "foundRows" from sized
      where bytes <= $6::int order by queue limit $5`,
    values: [from, to, queues, visibleQueues, limit, responseBytesMax],
  });
  return toPage(rows);
}
