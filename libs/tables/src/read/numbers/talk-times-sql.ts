import { coveringBuckets, wholeBuckets } from '../../buckets/covering-buckets.ts';
import { onCallMs } from '../export/export-agent-calls.ts';
import { intervalOf } from './periods.ts';

/**
 * SQL: the times that agents entered calls, from `from` until before `to`; `ms` as the rows of `exportAgentCalls` have it. Of a
 * queue and a `call_queue` that are not known: ''.
 */
export const enteredSegments = (from: string, to: string): string => `
  select s.actor, coalesce(s.queue, '') as queue, coalesce(c.queue, '') as call_queue, s.entered_at, ${onCallMs('s')} as ms
  from segments s join calls c on c.call_id = s.call_id
  where s.entered_at >= ${from} and s.entered_at < ${to}`;

/** SQL: the counts of a group of {@link enteredSegments}. */
export const talkCounts = `count(*)::int as calls, count(ms)::int as ended, coalesce(sum(ms), 0)::bigint as on_call_ms,
  coalesce(max(ms), 0)::bigint as on_call_ms_max`;

/** SQL: the sums of a group of `found`. */
export const summedTalkTimes = `coalesce(sum(calls), 0)::int as calls, coalesce(sum(ended), 0)::int as ended,
  coalesce(sum(on_call_ms), 0)::bigint as "onCallMs", coalesce(max(on_call_ms_max), 0)::bigint as "onCallMsMax"`;

interface FoundTalkTimesOptions {
  readonly by: 'queue' | 'actor';
  /** SQL: the unit of intervals or null, and the time zone; parameters or constants. */
  readonly unit: string;
  readonly zone: string;
}

/**
 * SQL: the CTE `found`, and those that it needs: counts of the times that agents entered calls, by `begin` and queue or agent, of
 * the period ($1, $2), of these queues ($3; null: all), of calls that were last in these queues ($4; null: all). Whole buckets
 * answer for most of a long period, and the segments for the rest.
 */
export function foundTalkTimes({ by, unit, zone }: FoundTalkTimesOptions): string {
  const table = by === 'queue' ? 'talk_buckets' : 'agent_buckets';
  return `${coveringBuckets({ table, from: '$1', to: '$2', unit, zone })}, found as (
    select w.begin, ${by}, calls, ended, on_call_ms, on_call_ms_max from ${wholeBuckets(table)} where ${isWanted}
    union all
    select case when ${unit}::text is not null then ${intervalOf('entered_at', unit, zone)} end as begin, ${by}, ${talkCounts}
    -- Without "offset 0" the planner may scan all segments, of all time.
    from parts, lateral (${enteredSegments('from_at', 'to_at')} offset 0) e
    where ${isWanted}
    group by 1, 2
  )`;
}

const isWanted = `($3::text[] is null or queue = any($3)) and ($4::text[] is null or call_queue = any($4))`;
