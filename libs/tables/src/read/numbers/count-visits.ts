import type { VisitCounts } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { bytesOfCountOf, sizedCounts } from '../page.ts';
import { intervalOf } from './periods.ts';
import type { Interval, Period } from './periods.ts';

export interface CountVisitsOptions extends Period {
  /** Only these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** Visits answered within this many ms, inclusive, count as answered in time. */
  readonly serviceLevelMs: number;
  /** Visits abandoned within this many ms, inclusive, count as short abandons. */
  readonly shortAbandonMs: number;
  /** null: one count for the whole period. */
  readonly interval: Interval | null;
  /** IANA name; decides when days start. */
  readonly timeZone: string;
  /** Stops after the first row that exceeds one of these; no limit if not given. `bytes` of JSON, see {@link bytesOfCount}. */
  readonly until?: { readonly rows: number; readonly bytes: number };
}

export interface CountedVisits extends VisitCounts {
  /** Start of the interval, ISO 8601; null without intervals. */
  readonly begin: string | null;
  /** '' if the event named none. */
  readonly queue: string;
}

/** Approximate bytes of a count without the name of its queue. */
const countBytes = 380;

/** Approximate bytes of a count in JSON. */
export const bytesOfCount = bytesOfCountOf(countBytes);

/** SQL: the counts of a group of visits; both thresholds are SQL parameters. */
export const visitCountColumns = (serviceLevelMs: string, shortAbandonMs: string): string => `
  count(*)::int as visits,
  count(*) filter (where outcome = 'answered')::int as answered,
  count(*) filter (where outcome = 'answered' and wait_ms <= ${serviceLevelMs}::bigint)::int as "answeredInTime",
  coalesce(sum(wait_ms) filter (where outcome = 'answered'), 0)::bigint as "answeredWaitMs",
  count(*) filter (where outcome = 'abandoned')::int as abandoned,
  count(*) filter (where outcome = 'abandoned' and wait_ms <= ${shortAbandonMs}::bigint)::int as "abandonedShort",
  count(*) filter (where outcome = 'timed_out')::int as "timedOut",
  count(*) filter (where outcome = 'by_key')::int as "byKey",
  count(*) filter (where outcome = 'full')::int as "full",
  count(*) filter (where outcome = 'empty')::int as empty,
  count(*) filter (where outcome = 'withdrawn')::int as withdrawn,
  count(*) filter (where outcome = 'flowed_out')::int as "flowedOut",
  count(*) filter (where outcome = 'open')::int as open,
  coalesce(max(wait_ms) filter (where outcome in ('answered', 'abandoned')), 0)::bigint as "waitMsMax"`;

/**
 * Counts the queue visits that started in the period, by interval and queue, without outbound and internal calls. Counts can
 * be added up; the domain's `ratesOf` computes service level and other ratios from them.
 */
export async function countVisits(db: Queryable, options: CountVisitsOptions): Promise<CountedVisits[]> {
  const { from, to, queues, serviceLevelMs, shortAbandonMs, interval, timeZone, until } = options;
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedVisits>({
    text: `
      with counted as (
        select case when $6::text is not null then ${intervalOf('waiting_at', '$6', '$7')} end as begin, queue,
          ${visitCountColumns('$4', '$5')}
        from visits
        where waiting_at >= $1::timestamptz and waiting_at < $2::timestamptz
          and ($3::text[] is null or queue = any($3))
          and direction is distinct from 'outbound' and direction is distinct from 'internal'
        group by 1, 2
      ), ${sizedCounts(countBytes, 'begin, queue')}
      select begin, queue, visits, answered, "answeredInTime", "answeredWaitMs", abandoned, "abandonedShort",
        "timedOut", "byKey", "full", empty, withdrawn, "flowedOut", open, "waitMsMax"
      from sized where $9::int is null or bytes - own <= $9
      order by begin, queue
      limit $8`,
    values: [
      from,
      to,
      queues,
      serviceLevelMs,
      shortAbandonMs,
      interval,
      timeZone,
      until?.rows ?? null,
      until?.bytes ?? null,
    ],
  });
  return rows;
}
