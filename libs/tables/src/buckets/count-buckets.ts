import { visitCountColumns } from '../read/numbers/count-visits-sql.ts';
import { callDirections, settledOutcomes, unsettledColumn, visitSums } from './columns.ts';
import type { BucketTable } from '../projection/schemas.ts';
import { addUpBuckets } from './add-up-buckets.ts';
import { bucketMinutes, bucketOf, bucketsOf, isOfDay, lengthOf, markedMinutes } from './levels.ts';

/** Largest wait in an array of waits, in ms: longer ones are beyond every threshold. */
export const waitMsMax = 2_147_483_647;

const waits = (outcome: string): string => `coalesce(array_agg(least(wait_ms, ${waitMsMax})::int order by wait_ms)
  filter (where outcome = '${outcome}' and wait_ms is not null), '{}')`;

/** SQL: counts visits into `visit_buckets`. `from`: the rows of visits with their bucket `b`. */
const insertVisitBuckets = (from: string): string => `
insert into visit_buckets (minutes, begins_at, queue, ${Object.values(visitSums).join()}, answered_waits, abandoned_waits, wait_ms_max)
select minutes, begins_at, queue, ${Object.keys(visitSums)
  .map((name) => `"${name}"`)
  .join()}, answered_waits, abandoned_waits, "waitMsMax"
from (
  select b.minutes, b.begins_at, queue, ${visitCountColumns('0', '0')},
    ${waits('answered')} as answered_waits, ${waits('abandoned')} as abandoned_waits
  from ${from}
  where direction is distinct from 'outbound' and direction is distinct from 'internal'
  group by 1, 2, 3
) counted`;

/** Before every event, so that no call is stale. */
const noMoment = `timestamptz 'epoch', interval '100000 years'`;

/** SQL: counts calls into `call_buckets`. `from`: the rows of call_outcomes with their bucket `b`. */
const insertCallBuckets = (from: string): string => `
insert into call_buckets (minutes, begins_at, queue, ${settledOutcomes.map(({ column }) => column).join()},
  ${callDirections.map(unsettledColumn).join()})
select b.minutes, b.begins_at, queue,
  ${settledOutcomes
    .map(({ direction, outcome }) => `count(*) filter (where direction = '${direction}' and outcome = '${outcome}')`)
    .join()},
  ${callDirections
    .map(
      (direction) =>
        `coalesce(array_agg(heard_at order by heard_at) filter (where direction = '${direction}' and outcome = 'open'), '{}')`,
    )
    .join()}
from ${from}
group by 1, 2, 3`;

/** SQL: the statements that add up shorter buckets to longer ones. `where`: see {@link addUpBuckets}; gets the length of the longer ones. */
const addUp = (table: BucketTable, where: (minutes: number) => string): string[] =>
  bucketMinutes
    .slice(0, -1)
    .map((minutes, i) =>
      addUpBuckets(table, { minutes, shorter: bucketMinutes[i + 1] ?? markedMinutes, where: where(minutes) }),
    )
    .toReversed();

const inQuarters = (at: string): string =>
  `cross join lateral (values (${markedMinutes}, ${bucketOf(at, markedMinutes)})) b (minutes, begins_at)`;
const all = (): string => 'true';

/**
 * SQL: counts all visits and calls into empty buckets. Each row is read once: the longer buckets are sums. Without statistics of the
 * shorter ones, they could be joined by nested loops.
 */
export const countAllBuckets = [
  insertVisitBuckets(`visits ${inQuarters('waiting_at')}`),
  'analyze visit_buckets',
  ...addUp('visit_buckets', all),
  insertCallBuckets(`call_outcomes('-infinity', 'infinity', ${noMoment}) ${inQuarters('began_at')}`),
  'analyze call_buckets',
  ...addUp('call_buckets', all),
  'analyze visit_buckets, call_buckets',
].join(';\n');

/** SQL: the quarters of an hour $2 of the day $1 as `b`. */
const marked = `(select ${markedMinutes} as minutes, begins_at from unnest($2::timestamptz[]) marks (begins_at) where ${isOfDay('begins_at')}) b`;
const markEnd = `b.begins_at + ${lengthOf(markedMinutes)}`;

/** SQL: `minutes` and `begins_at` of the buckets that contain the quarters of an hour $2, each once. */
const wanted = `(select distinct b.minutes, b.begins_at from unnest($2::timestamptz[]) marks (mark) cross join lateral ${bucketsOf('mark')} b (minutes, begins_at))`;
const deleteBuckets = (table: BucketTable): string =>
  `delete from ${table} t using ${wanted} w where t.minutes = w.minutes and t.begins_at = w.begins_at and ${isOfDay('t.begins_at')}`;

/** SQL: whether a bucket of the day $1 is in one of `minutes` that contains a quarter of an hour of $2. */
const isInMarked = (minutes: number): string =>
  `${isOfDay('begins_at')} and ${bucketOf('begins_at', minutes)} in (select ${bucketOf('mark', minutes)} from unnest($2::timestamptz[]) marks (mark))`;

/**
 * SQL: the statements that count the buckets of the day that begins at $1 again which contain the quarters of an hour $2. Only
 * those quarters are read from visits and calls: the longer buckets are sums of shorter ones, which are right, or marked again.
 */
export const recountBuckets: readonly string[] = [
  deleteBuckets('visit_buckets'),
  // Without "offset 0" the planner may scan all visits and calls, of all time.
  insertVisitBuckets(
    `${marked} cross join lateral (select * from visits where waiting_at >= b.begins_at and waiting_at < ${markEnd} offset 0) v`,
  ),
  ...addUp('visit_buckets', isInMarked),
  deleteBuckets('call_buckets'),
  insertCallBuckets(
    `${marked} cross join lateral (select * from call_outcomes(b.begins_at, ${markEnd}, ${noMoment}) offset 0) o`,
  ),
  ...addUp('call_buckets', isInMarked),
];
