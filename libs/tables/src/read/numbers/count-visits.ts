import type { VisitCounts } from '@callstream/domain';
import { visitSums } from '../../buckets/columns.ts';
import { waitMsMax } from '../../buckets/count-buckets.ts';
import { coveringBuckets, wholeBuckets } from '../../buckets/covering-buckets.ts';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { bytesOfCountOf, sizedCounts } from '../page.ts';
import { visitCountColumns } from './count-visits-sql.ts';
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

/** Sums of counts: the columns of one source have the same names as those of the other. */
const summed = (cast: 'int' | 'bigint', names: readonly string[]): string =>
  names.map((name) => `sum("${name}")::${cast} as "${name}"`).join(', ');
const bigNames = ['answeredWaitMs'] as const;
const intNames = Object.keys(visitSums).filter((name) => !bigNames.includes(name as 'answeredWaitMs'));

/** SQL: the number of waits that are not longer. */
const waitsWithin = (thresholdMs: string, waits: string): string =>
  `width_bucket(least(${thresholdMs}::bigint, ${waitMsMax} - 1)::int, ${waits})`;

/**
 * Counts the queue visits that started in the period, by interval and queue, without outbound and internal calls. Counts can
 * be added up; the domain's `ratesOf` computes service level and other ratios from them. Whole buckets answer for most of a long
 * period, and the visits themselves for the rest.
 */
export async function countVisits(db: Queryable, options: CountVisitsOptions): Promise<CountedVisits[]> {
  const { from, to, queues, serviceLevelMs, shortAbandonMs, interval, timeZone, until } = options;
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedVisits>({
    text: `
      with ${coveringBuckets({ table: 'visit_buckets', from: '$1', to: '$2', unit: '$6', zone: '$7' })}, found as (
        select w.begin, b.queue, ${Object.entries(visitSums)
          .map(([name, column]) => `b.${column} as "${name}"`)
          .join(', ')},
          ${waitsWithin('$4', 'b.answered_waits')} as "answeredInTime",
          ${waitsWithin('$5', 'b.abandoned_waits')} as "abandonedShort", b.wait_ms_max as "waitMsMax"
        from ${wholeBuckets('visit_buckets')}
        where $3::text[] is null or b.queue = any($3)
        union all
        select begin, queue, ${Object.keys(visitSums)
          .map((name) => `"${name}"`)
          .join(', ')}, "answeredInTime", "abandonedShort", "waitMsMax"
        from (
          select case when $6::text is not null then ${intervalOf('waiting_at', '$6', '$7')} end as begin, queue,
            ${visitCountColumns('$4', '$5')}
          -- Without "offset 0" the planner may scan all visits, of all time.
          from parts, lateral (
            select * from visits where waiting_at >= from_at and waiting_at < to_at
              and direction is distinct from 'outbound' and direction is distinct from 'internal' offset 0
          ) v
          where $3::text[] is null or queue = any($3)
          group by 1, 2
        ) v
      ), counted as (
        select begin, queue, ${summed('int', [...intNames, 'answeredInTime', 'abandonedShort'])},
          ${summed('bigint', bigNames)}, max("waitMsMax")::bigint as "waitMsMax"
        from found group by 1, 2
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
