import type { VisitCounts } from '@callstream/domain';
import type { Queryable } from '../../connection/pool.ts';
import { jsonBytes } from '../page.ts';
import { intervalOf } from './periods.ts';
import type { Interval, Period } from './periods.ts';

export interface CountVisitsOptions extends Period {
  /** Only these; null: all. */
  readonly queues: readonly string[] | null;
  /** Answered within so many ms, inclusive, is in time. */
  readonly serviceLevelMs: number;
  /** Abandoned within so many ms, inclusive, does not count. */
  readonly shortAbandonMs: number;
  /** null: the period as a whole. */
  readonly interval: Interval | null;
  /** IANA name; decides where days begin. */
  readonly timeZone: string;
  /** Rows end at the first that is over one of these; all if not given. `bytes`: of their text in JSON, {@link bytesOfCount} each. */
  readonly until?: { readonly rows: number; readonly bytes: number };
}

export interface CountedVisits extends VisitCounts {
  /** Where the interval begins, ISO 8601; null without one. */
  readonly begin: string | null;
  /** '' if the event named none. */
  readonly queue: string;
}

/** Bytes of a count but for the name of its queue; about. */
const countBytes = 300;

/** Bytes of a count as JSON; about. */
export const bytesOfCount = ({ queue }: CountedVisits): number => countBytes + Buffer.byteLength(JSON.stringify(queue));

/**
 * Counts the visits that began in the period, by interval and queue, without outbound and internal calls. Counts
 * can be added up, and the domain's `ratesOf` makes ratios of them.
 */
export async function countVisits(db: Queryable, question: CountVisitsOptions): Promise<CountedVisits[]> {
  const { from, to, queues, serviceLevelMs, shortAbandonMs, interval, timeZone, until } = question;
  // Without a name: planned for this period, every time. One plan for an hour and for a year would fit neither.
  const { rows } = await db.query<CountedVisits>({
    text: `
      with counted as (
        select case when $6::text is not null then ${intervalOf('waiting_at', '$6', '$7')} end as begin, queue,
          count(*)::int as visits,
          count(*) filter (where outcome = 'answered')::int as answered,
          count(*) filter (where outcome = 'answered' and wait_ms <= $4::bigint)::int as "answeredInTime",
          coalesce(sum(wait_ms) filter (where outcome = 'answered'), 0)::bigint as "answeredWaitMs",
          count(*) filter (where outcome = 'abandoned')::int as abandoned,
          count(*) filter (where outcome = 'abandoned' and wait_ms <= $5::bigint)::int as "abandonedShort",
          count(*) filter (where outcome = 'flowed_out')::int as "flowedOut",
          count(*) filter (where outcome = 'open')::int as open,
          coalesce(max(wait_ms), 0)::bigint as "waitMsMax"
        from visits
        where waiting_at >= $1::timestamptz and waiting_at < $2::timestamptz
          and ($3::text[] is null or queue = any($3))
          and direction is distinct from 'outbound' and direction is distinct from 'internal'
        group by 1, 2
      ), sized as (
        select *, ${countBytes} + ${jsonBytes('queue')} as own, sum(${countBytes} + ${jsonBytes('queue')}) over (order by begin, queue) as bytes
        from counted
      )
      select begin, queue, visits, answered, "answeredInTime", "answeredWaitMs", abandoned, "abandonedShort", "flowedOut", open, "waitMsMax"
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
