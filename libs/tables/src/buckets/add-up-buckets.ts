import type { BucketTable } from '../projection/schemas.ts';
import { shapeOf } from './bucket-tables.ts';
import { bucketOf } from './levels.ts';

interface AddUpOptions {
  readonly minutes: number;
  /** Length of the buckets that are added up, in minutes. */
  readonly shorter: number;
  /** SQL: whether the bucket of `shorter` minutes that begins at `begins_at` is added up. */
  readonly where: string;
}

/** SQL: adds up shorter buckets to those of `minutes`, none of which may be there. */
function addUpBuckets(table: BucketTable, { minutes, shorter, where }: AddUpOptions): string {
  const { keys, sums, arrays, maxima } = shapeOf(table);
  const key = ['longer', ...keys].join(', ');
  const added = [
    ...sums.map((name) => `sum(${name}) as ${name}`),
    ...maxima.map((name) => `max(${name}) as ${name}`),
  ].join(', ');
  const merged = arrays.map(
    (name) => `, merged_${name} as materialized (
      select ${key}, array_agg(element order by element) as ${name} from parts, unnest(${name}) element group by ${key}
    )`,
  );
  const joins = arrays.map((name) => `left join merged_${name} using (${key})`);
  return `
    with parts as materialized (
      select *, ${bucketOf('begins_at', minutes)} as longer from ${table}
      where minutes = ${shorter} and ${where}
    ), added as (
      select ${key}, ${added} from parts group by ${key}
    )${merged.join('')}
    insert into ${table} (minutes, begins_at, ${[...keys, ...sums, ...maxima, ...arrays].join(', ')})
    select ${minutes}, ${[key, ...sums, ...maxima, ...arrays.map((name) => `coalesce(${name}, '{}')`)].join(', ')}
    from added ${joins.join(' ')}`;
}

/** SQL: the statements that add up shorter buckets to longer ones. `where`: see {@link AddUpOptions}; gets the length of the longer ones. */
export function addUpLevels(table: BucketTable, where: (minutes: number) => string): string[] {
  const { minutes: levels } = shapeOf(table);
  return levels
    .flatMap((shorter, i) => {
      const minutes = levels[i - 1];
      return minutes === undefined ? [] : [addUpBuckets(table, { minutes, shorter, where: where(minutes) })];
    })
    .toReversed();
}
