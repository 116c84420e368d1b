import { visitCountColumns } from '../read/numbers/count-visits-sql.ts';
import { callDirections, settledOutcomes, unsettledColumn, visitSums } from './columns.ts';
import { bucketsOf, dayMinutes, lengthOf } from './levels.ts';

/** Largest wait in an array of waits, in ms: longer ones are beyond every threshold. */
export const waitMsMax = 2_147_483_647;

const waits = (outcome: string): string => `coalesce(array_agg(least(wait_ms, ${waitMsMax})::int order by wait_ms)
  filter (where outcome = '${outcome}' and wait_ms is not null), '{}')`;

/** SQL: counts visits into `visit_buckets`. `where`: of the row of a visit and of its bucket `b`. */
const insertVisitBuckets = (where: string): string => `
insert into visit_buckets (minutes, begins_at, queue, ${Object.values(visitSums).join()}, answered_waits, abandoned_waits, wait_ms_max)
select minutes, begins_at, queue, ${Object.keys(visitSums)
  .map((name) => `"${name}"`)
  .join()}, answered_waits, abandoned_waits, "waitMsMax"
from (
  select b.minutes, b.begins_at, queue, ${visitCountColumns('0', '0')},
    ${waits('answered')} as answered_waits, ${waits('abandoned')} as abandoned_waits
  from visits cross join lateral ${bucketsOf('waiting_at')} b (minutes, begins_at)
  where direction is distinct from 'outbound' and direction is distinct from 'internal' ${where}
  group by 1, 2, 3
) counted`;

/** Before every event, so that no call is stale. */
const noMoment = `timestamptz 'epoch', interval '100000 years'`;

/** SQL: counts the calls that began between two moments into `call_buckets`. `where`: of their bucket `b`. */
const insertCallBuckets = (from: string, to: string, where: string): string => `
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
from call_outcomes(${from}, ${to}, ${noMoment}) cross join lateral ${bucketsOf('began_at')} b (minutes, begins_at)
where true ${where}
group by 1, 2, 3`;

/** SQL: counts all visits and calls into empty buckets. */
export const countAllBuckets = `${insertVisitBuckets('')};
  ${insertCallBuckets(`'-infinity'`, `'infinity'`, '')}; analyze visit_buckets, call_buckets`;

/** SQL: `minutes` and `begins_at` of the buckets that contain the quarters of an hour $2. */
const wanted = `(select b.minutes, b.begins_at from unnest($2::timestamptz[]) marks (mark) cross join lateral ${bucketsOf('mark')} b (minutes, begins_at))`;
const day = { from: '$1::timestamptz', to: `$1::timestamptz + ${lengthOf(dayMinutes)}` };

/** SQL: the statements that count the buckets of the day that begins at $1 again which contain the quarters of an hour $2. */
export const recountBuckets: readonly string[] = [
  deleteBuckets('visit_buckets'),
  insertVisitBuckets(
    `and waiting_at >= ${day.from} and waiting_at < ${day.to} and (b.minutes, b.begins_at) in ${wanted}`,
  ),
  deleteBuckets('call_buckets'),
  insertCallBuckets(day.from, day.to, `and (b.minutes, b.begins_at) in ${wanted}`),
];

function deleteBuckets(table: string): string {
  return `delete from ${table} where begins_at >= ${day.from} and begins_at < ${day.to} and (minutes, begins_at) in ${wanted}`;
}
