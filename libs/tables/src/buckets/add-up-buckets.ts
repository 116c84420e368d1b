import type { BucketTable } from '../projection/schemas.ts';
import { callDirections, settledOutcomes, unsettledColumn, visitSums } from './columns.ts';
import { bucketOf } from './levels.ts';

interface AddedColumns {
  readonly sums: readonly string[];
  /** Sorted arrays. */
  readonly arrays: readonly string[];
  readonly maxima: readonly string[];
}

const columnsOf: Readonly<Record<BucketTable, AddedColumns>> = {
  visit_buckets: {
    sums: Object.values(visitSums),
    arrays: ['answered_waits', 'abandoned_waits'],
    maxima: ['wait_ms_max'],
  },
  call_buckets: {
    sums: settledOutcomes.map(({ column }) => column),
    arrays: callDirections.map(unsettledColumn),
    maxima: [],
  },
};

interface AddUpOptions {
  readonly minutes: number;
  /** Length of the buckets that are added up, in minutes. */
  readonly shorter: number;
  /** SQL: whether the bucket of `shorter` minutes that begins at `begins_at` is added up. */
  readonly where: string;
}

/** SQL: adds up shorter buckets to those of `minutes`, none of which may be there. */
export function addUpBuckets(table: BucketTable, { minutes, shorter, where }: AddUpOptions): string {
  const { sums, arrays, maxima } = columnsOf[table];
  const merged = arrays.map(
    (name) => `merged_${name} as materialized (
      select longer, queue, array_agg(element order by element) as ${name} from parts, unnest(${name}) element group by 1, 2
    )`,
  );
  const joins = arrays.map((name) => `left join merged_${name} using (longer, queue)`);
  return `
    with parts as materialized (
      select *, ${bucketOf('begins_at', minutes)} as longer from ${table}
      where minutes = ${shorter} and ${where}
    ), added as (
      select longer, queue, ${[...sums.map((name) => `sum(${name}) as ${name}`), ...maxima.map((name) => `max(${name}) as ${name}`)].join(', ')}
      from parts group by 1, 2
    ), ${merged.join(', ')}
    insert into ${table} (minutes, begins_at, queue, ${[...sums, ...maxima, ...arrays].join(', ')})
    select ${minutes}, longer, queue, ${[...sums, ...maxima, ...arrays.map((name) => `coalesce(${name}, '{}')`)].join(', ')}
    from added ${joins.join(' ')}`;
}
