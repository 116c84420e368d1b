import { noOutcomeCounts } from '@callstream/domain';
import type { OutcomeCounts, CallDirection } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { bytesOfCountOf, sizedCounts } from '../page.ts';
import { intervalOf } from './periods.ts';
import type { Interval, Period } from './periods.ts';

export interface CountCallsOptions extends Period {
  /** Only calls that are, or were last, in these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** ms since 1970: an unfinished call without an event for `staleAfterMs` before it is not known. */
  readonly now: number;
  readonly staleAfterMs: number;
  /** null: no counts by interval. */
  readonly interval: Interval | null;
  /** IANA name; decides when days start. */
  readonly timeZone: string;
  /**
   * Stops after the first count of a queue that exceeds one of these; no limit if not given. `rows`: also of the counts by
   * interval. `bytes` of JSON, see {@link bytesOfCallCount}.
   */
  readonly until?: { readonly rows: number; readonly bytes: number };
}

/** Counts of one queue in the whole period, or of all queues in one interval. */
export interface CountedCalls {
  /** Start of the interval, ISO 8601; null: the whole period. */
  readonly begin: string | null;
  /** '' for calls without a known queue; null: all queues. */
  readonly queue: string | null;
  readonly counts: OutcomeCounts;
}

/** Approximate bytes of a count without the name of its queue. */
const countBytes = 350;

/** Approximate bytes of a count in JSON. */
export const bytesOfCallCount = bytesOfCountOf(countBytes);

/** Direction → outcome → number of calls; without those of which there are none. */
export type FoundOutcomes = { readonly [Direction in CallDirection]?: Partial<OutcomeCounts[Direction]> };

interface CountRow extends Pick<CountedCalls, 'begin' | 'queue'> {
  readonly counts: FoundOutcomes;
}

/**
 * Counts the calls that began in the period by direction and outcome, with the SQL function `call_outcomes`: for each queue,
 * and for each interval. Must agree with `callOutcome` of the domain, which a test checks.
 */
export async function countCalls(db: Queryable, options: CountCallsOptions): Promise<CountedCalls[]> {
  const { from, to, queues, now, staleAfterMs, interval, timeZone, until } = options;
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountRow>({
    text: `
      with found as (
        select case when $6::text is not null then ${intervalOf('began_at', '$6', '$7')} end as begin, queue, direction, outcome
        from call_outcomes($1, $2, to_timestamp($4::float8 / 1000), $5::float8 * interval '1 ms')
        where $3::text[] is null or queue = any($3)
      ), by_outcome as (
        select begin, queue, direction, outcome, count(*)::int as calls
        -- Also without an interval: for a plain group by, Postgres sorts all calls, which takes longer.
        from found group by grouping sets ((queue, direction, outcome), (begin, direction, outcome))
        having begin is not null or queue is not null
      ), by_direction as (
        select begin, queue, direction, json_object_agg(outcome, calls) as counts from by_outcome group by 1, 2, 3
      ), counted as (
        select begin, queue, json_object_agg(direction, counts) as counts from by_direction group by 1, 2
      ), ${sizedCounts(countBytes, 'queue')}
      select begin, queue, counts
      from sized where $9::int is null or queue is null or bytes - own <= $9
      order by queue, begin
      limit $8`,
    values: [from, to, queues, now, staleAfterMs, interval, timeZone, until?.rows ?? null, until?.bytes ?? null],
  });
  return rows.map(({ begin, queue, counts }) => ({ begin, queue, counts: completedOutcomes(counts) }));
}

export const completedOutcomes = ({ inbound, outbound, internal }: FoundOutcomes): OutcomeCounts => ({
  inbound: { ...noOutcomeCounts.inbound, ...inbound },
  outbound: { ...noOutcomeCounts.outbound, ...outbound },
  internal: { ...noOutcomeCounts.internal, ...internal },
});
