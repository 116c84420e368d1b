import { noOutcomeCounts } from '@callstream/domain';
import type { OutcomeCounts, CallDirection } from '@callstream/domain';
import { callDirections, settledOutcomes, unsettledColumn } from '../../buckets/columns.ts';
import { coveringBuckets, wholeBuckets } from '../../buckets/covering-buckets.ts';
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

/** SQL: the heard_at before which an unfinished call is not known any more; microseconds are the least difference. */
const heardBefore = `to_timestamp($4::float8 / 1000) - $5::float8 * interval '1 ms' - interval '1 microsecond'`;

interface OutcomeColumn {
  readonly direction: CallDirection;
  readonly outcome: string;
  readonly name: string;
  /** SQL: the count of a bucket `b`. */
  readonly ofBucket: string;
}

const settledColumns: readonly OutcomeColumn[] = settledOutcomes.map(({ direction, outcome, column }) => ({
  direction,
  outcome,
  name: column,
  ofBucket: `b.${column}`,
}));
/** Number of unsettled calls of a bucket: none in most, and width_bucket takes long. */
const unsettledCount = (direction: CallDirection): string => `${unsettledColumn(direction)}_count`;
const unsettledColumns: readonly OutcomeColumn[] = callDirections.flatMap((direction) => {
  const heard = `b.${unsettledColumn(direction)}`;
  const unsettled = `b.${unsettledCount(direction)}`;
  const notKnown = `case ${unsettled} when 0 then 0 else width_bucket(${heardBefore}, ${heard}) end`;
  return [
    { direction, outcome: 'open', name: `${direction}_open`, ofBucket: `${unsettled} - ${notKnown}` },
    { direction, outcome: 'not_known', name: `${direction}_not_known`, ofBucket: notKnown },
  ];
});
/** SQL: what is read of a bucket. */
const bucketColumns = [
  '*',
  ...callDirections.map((direction) => `cardinality(${unsettledColumn(direction)}) as ${unsettledCount(direction)}`),
].join(', ');
const outcomeColumns = [...settledColumns, ...unsettledColumns];

const countsOf = (direction: CallDirection): string =>
  `'${direction}', json_build_object(${outcomeColumns
    .filter((column) => column.direction === direction)
    .map(({ outcome, name }) => `'${outcome}', sum(${name})`)
    .join(', ')})`;

/**
 * Counts the calls that began in the period by direction and outcome, as the SQL function `call_outcomes` has them: for each
 * queue, and for each interval. Must agree with `callOutcome` of the domain, which a test checks. Whole buckets answer for most
 * of a long period, and the calls themselves for the rest.
 */
export async function countCalls(db: Queryable, options: CountCallsOptions): Promise<CountedCalls[]> {
  const { from, to, queues, now, staleAfterMs, interval, timeZone, until } = options;
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedCalls>({
    text: `
      with ${coveringBuckets({ table: 'call_buckets', from: '$1', to: '$2', unit: '$6', zone: '$7' })}, found as (
        select w.begin, b.queue, ${outcomeColumns.map(({ name, ofBucket }) => `${ofBucket} as ${name}`).join(', ')}
        from ${wholeBuckets('call_buckets', bucketColumns)}
        where $3::text[] is null or b.queue = any($3)
        union all
        select case when $6::text is not null then ${intervalOf('began_at', '$6', '$7')} end, queue, ${outcomeColumns
          .map(
            ({ direction, outcome }) =>
              `(count(*) filter (where direction = '${direction}' and outcome = '${outcome}'))::int`,
          )
          .join(', ')}
        -- Without "offset 0" the planner may scan all calls, of all time.
        from parts, lateral (
          select * from call_outcomes(from_at, to_at, to_timestamp($4::float8 / 1000), $5::float8 * interval '1 ms') offset 0
        ) o
        where $3::text[] is null or queue = any($3)
        group by 1, 2
      ), counted as (
        select begin, queue, json_build_object(${callDirections.map(countsOf).join(', ')}) as counts
        from found group by grouping sets ((queue), (begin)) having begin is not null or queue is not null
      ), ${sizedCounts(countBytes, 'queue')}
      select begin, queue, counts
      from sized where $9::int is null or queue is null or bytes - own <= $9
      order by queue, begin
      limit $8`,
    values: [from, to, queues, now, staleAfterMs, interval, timeZone, until?.rows ?? null, until?.bytes ?? null],
  });
  return rows;
}

export const completedOutcomes = ({ inbound, outbound, internal }: FoundOutcomes): OutcomeCounts => ({
  inbound: { ...noOutcomeCounts.inbound, ...inbound },
  outbound: { ...noOutcomeCounts.outbound, ...outbound },
  internal: { ...noOutcomeCounts.internal, ...internal },
});
