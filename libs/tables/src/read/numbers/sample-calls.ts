import type { CallPhase } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { epochMs } from '../positions.ts';

export interface SampleCallsOptions {
  /** First sample, ISO 8601. */
  readonly from: string;
  /** No sample is later, ISO 8601. */
  readonly to: string;
  /** Time between two samples, in ms. */
  readonly everyMs: number;
  /** Only calls that are, or were last, in these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** An unfinished call counts until this long after its last event, in ms. */
  readonly staleAfterMs: number;
}

/** Number of calls in each phase at a moment, in ms since 1970 by our clock. */
export type CallSample = { readonly at: number } & Readonly<Record<CallPhase, number>>;

/**
 * Counts the calls in each phase at regular moments, from the times of calls and visits. Must agree with `callPhaseAt` of the
 * domain, which a test checks. Instead of looking at every call for every moment, it counts begins and ends between two moments,
 * and adds them up.
 */
export async function sampleCalls(db: Queryable, options: SampleCallsOptions): Promise<CallSample[]> {
  const { from, to, everyMs, queues, staleAfterMs } = options;
  const { rows } = await sqlOf(db).query<CallSample>({
    text: `
      with current as materialized (
        select call_id, began_at, waiting_at is not null as has_visits, answered_at, delay_ms * interval '1 ms' as delay,
          -- A call is stale after more than that time: a millisecond later.
          coalesce(finished_at, heard_at - delay_ms * interval '1 ms' + ($5::float8 + 1) * interval '1 ms') as over_at
        from calls
        where is_opened and heard_at >= $1::timestamptz - $5 * interval '1 ms' and ($4::text[] is null or queue = any($4))
      ), waits as (
        -- Without "offset 0" the planner may scan all visits, of all time.
        select c.*, v.waiting_at, least(v.ended_at, c.over_at) as waited_until
        from current c, lateral (select * from visits v where v.call_id = c.call_id and v.waiting_at >= c.began_at offset 0) v
        where c.has_visits
      ), spans as (
        select delay, began_at as begins, over_at as ends, 1 as live, 0 as answered, 0 as waiting, 0 as answered_waiting from current
        union all
        select delay, answered_at, over_at, 0, 1, 0, 0 from current
        union all
        select delay, waiting_at, waited_until, 0, 0, 1, 0 from waits
        union all
        select delay, greatest(waiting_at, answered_at), waited_until, 0, 0, 0, 1 from waits where answered_at is not null
      ), changes as (
        -- The first sample that is not before the begin, or the end, of a span.
        select greatest(0, ceil(extract(epoch from t.at + delay - $1) * 1000 / $3::bigint))::int as n,
          sum(t.sign * live) as live, sum(t.sign * answered) as answered, sum(t.sign * waiting) as waiting,
          sum(t.sign * answered_waiting) as answered_waiting
        from spans, lateral (values (begins, 1), (ends, -1)) t (at, sign)
        where begins < ends group by 1
      ), counts as (
        select g as n, sum(live) over so_far as live, sum(answered) over so_far as answered, sum(waiting) over so_far as waiting,
          sum(answered_waiting) over so_far as answered_waiting
        from generate_series(0, floor(extract(epoch from $2::timestamptz - $1) * 1000 / $3)::int) g left join changes on n = g
        window so_far as (order by g)
      )
      select ${epochMs('$1::timestamptz')} + n * $3 as at, coalesce(waiting, 0)::int as waiting,
        coalesce(answered - answered_waiting, 0)::int as talking,
        coalesce(live - waiting - answered + answered_waiting, 0)::int as other
      from counts order by n`,
    values: [from, to, everyMs, queues, staleAfterMs],
  });
  return rows;
}
