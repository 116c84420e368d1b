import type { BucketTable } from '../projection/schemas.ts';
import { intervalOf } from '../read/numbers/periods.ts';
import { shapeOf, shortestOf } from './bucket-tables.ts';
import { bucketOf, dayMinutes, lengthOf, markedMinutes } from './levels.ts';

export interface CoveringBucketsOptions {
  readonly table: BucketTable;
  /** SQL parameters: the period, the unit of its intervals or null, and the time zone. */
  readonly from: string;
  readonly to: string;
  readonly unit: string;
  readonly zone: string;
}

const microsecond = `interval '1 microsecond'`;

/**
 * SQL: two CTEs that divide a period. `whole` has the buckets that answer for a part of it: the longest that are within the period
 * and one interval (`begin`), and not marked. Its rows are runs of neighbours, from `from_at` to `to_at`: few, as each is a search
 * in an index. `parts` has all other times (`from_at`, `to_at`) that may have visits or calls: the edges of the period, what is
 * marked, and what the time zone divides within the shortest bucket.
 */
export function coveringBuckets({ table, from, to, unit, zone }: CoveringBucketsOptions): string {
  const { minutes: lengths } = shapeOf(table);
  const shortest = shortestOf(table);
  const levels = lengths.map((minutes, i) => {
    const longer = lengths[i - 1];
    const source = longer === undefined ? daysOf(table) : dividedBuckets(longer, minutes);
    return `buckets${minutes} as materialized (
      select begins_at, begin, ${isWhole(minutes)} as is_whole
      from (select begins_at, case when ${unit}::text is not null then ${intervalOf('begins_at', unit, zone)} end as begin
        from (${source}) b
        -- Without "offset 0", Postgres would compute begin several times.
        where begins_at < ${to}::timestamptz and begins_at > ${from}::timestamptz - ${lengthOf(minutes)} offset 0) d)`;
  });
  const wholes = lengths.map(
    (
      minutes,
    ) => `select ${minutes} as minutes, begin, min(begins_at) as from_at, max(begins_at) + ${lengthOf(minutes)} as to_at
      from (select begins_at, begin, ${runOf(minutes, 'partition by begin')} as run from buckets${minutes} where is_whole) numbered
      group by begin, run`,
  );
  return `marked as materialized (
      select distinct begins_at from bucket_marks
      where begins_at < ${to}::timestamptz and begins_at > ${from}::timestamptz - ${lengthOf(markedMinutes)}
    ), ${levels.join(', ')}, whole as materialized (${wholes.join(' union all ')}), parts as materialized (
      select greatest(min(begins_at), ${from}::timestamptz) as from_at,
        least(max(begins_at) + ${lengthOf(shortest)}, ${to}::timestamptz) as to_at
      from (select begins_at, ${runOf(shortest)} as run from buckets${shortest} where not is_whole) numbered
      group by run
    )`;

  /** SQL: whether no mark is in the bucket, and it is within the period and one interval, with one offset from UTC. */
  function isWhole(minutes: number): string {
    const last = `(begins_at + ${lengthOf(minutes)} - ${microsecond})`;
    return `begins_at >= ${from}::timestamptz and begins_at + ${lengthOf(minutes)} <= ${to}::timestamptz
      and begins_at not in (select ${bucketOf('begins_at', minutes)} from marked)
      and (${unit}::text is null or begin = ${intervalOf(last, unit, zone)}
        and (${last} at time zone ${zone}) - (begins_at at time zone ${zone}) = ${last} - begins_at)`;
  }

  /** SQL: the days that may have rows. */
  function daysOf(counted: BucketTable): string {
    return `select begins_at from ${counted} where minutes = ${dayMinutes}
        and begins_at < ${to}::timestamptz and begins_at > ${from}::timestamptz - ${lengthOf(dayMinutes)}
      union select ${bucketOf('begins_at', dayMinutes)} from marked`;
  }
}

/** SQL: the runs `w` of the CTE `whole` with their buckets `b`, of which these columns are read. */
export const wholeBuckets = (table: BucketTable, columns = '*'): string =>
  // Without "offset 0" the planner may scan all buckets, of all time.
  `whole w, lateral (
    select ${columns} from ${table} where minutes = w.minutes and begins_at >= w.from_at and begins_at < w.to_at offset 0
  ) b`;

/** SQL: the same for neighbours, which have the same distance to their number. */
const runOf = (minutes: number, partition = ''): string =>
  `begins_at - row_number() over (${partition} order by begins_at) * ${lengthOf(minutes)}`;

/** SQL: the buckets within the longer ones that do not answer as a whole. */
const dividedBuckets = (longer: number, minutes: number): string =>
  `select divided as begins_at from buckets${longer},
     generate_series(begins_at, begins_at + interval '${longer - minutes} min', ${lengthOf(minutes)}) divided
   where not is_whole`;
