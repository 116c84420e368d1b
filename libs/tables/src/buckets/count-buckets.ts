import { visitCountColumns } from '../read/numbers/count-visits-sql.ts';
import { enteredSegments, talkCounts } from '../read/numbers/talk-times-sql.ts';
import { callDirections, settledOutcomes, unsettledColumn, visitSums } from './columns.ts';
import { bucketTables } from '../projection/schemas.ts';
import type { BucketTable } from '../projection/schemas.ts';
import { addUpLevels } from './add-up-buckets.ts';
import { shapeOf, shortestOf } from './bucket-tables.ts';
import { bucketOf, bucketsOf, isOfDay, lengthOf } from './levels.ts';

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

/** SQL: counts times on calls into `talk_buckets` or `agent_buckets`. `from`: those of {@link enteredSegments} with their bucket `b`. */
const insertTalkBuckets = (table: 'talk_buckets' | 'agent_buckets', from: string): string => {
  const { keys, sums, maxima } = shapeOf(table);
  const key = ['b.minutes', 'b.begins_at', ...keys].join(', ');
  return `
insert into ${table} (minutes, begins_at, ${[...keys, ...sums, ...maxima].join(', ')})
select ${key}, ${talkCounts} from ${from} group by ${key}`;
};

/** How the shortest buckets of a table are counted. */
interface BucketCount {
  /** SQL: the rows that are counted from a time until before another. */
  readonly rows: (from: string, to: string) => string;
  /** Column of `rows`: its time. */
  readonly at: string;
  /** SQL: counts rows. `from`: `rows` with their bucket `b`. */
  readonly insert: (from: string) => string;
}

const counts: Readonly<Record<BucketTable, BucketCount>> = {
  visit_buckets: {
    rows: (from, to) => `select * from visits where waiting_at >= ${from} and waiting_at < ${to}`,
    at: 'waiting_at',
    insert: insertVisitBuckets,
  },
  call_buckets: {
    rows: (from, to) => `select * from call_outcomes(${from}, ${to}, ${noMoment})`,
    at: 'began_at',
    insert: insertCallBuckets,
  },
  talk_buckets: {
    rows: enteredSegments,
    at: 'entered_at',
    insert: (from) => insertTalkBuckets('talk_buckets', from),
  },
  agent_buckets: {
    rows: enteredSegments,
    at: 'entered_at',
    insert: (from) => insertTalkBuckets('agent_buckets', from),
  },
};

/** SQL: counts all rows of a table into its shortest buckets. */
function countAll(table: BucketTable): string {
  const { rows, at, insert } = counts[table];
  const minutes = shortestOf(table);
  return insert(
    `(${rows(`timestamptz '-infinity'`, `timestamptz 'infinity'`)}) counted_rows
     cross join lateral (values (${minutes}, ${bucketOf(at, minutes)})) b (minutes, begins_at)`,
  );
}

/**
 * SQL: counts everything into empty buckets. Each row is read once: the longer buckets are sums. Without statistics of the
 * shorter ones, they would be joined by nested loops: 200 s instead of 6 for a year of 20 million events.
 */
export const countAllBuckets = bucketTables
  .flatMap((table) =>
    [countAll(table), ...addUpLevels(table, () => 'true')].flatMap((sql) => [sql, `analyze ${table}`]),
  )
  .join(';\n');

/** SQL: the buckets of the day $1 that contain the quarters of an hour $2, each once. */
const marked = (minutes: number): string =>
  `select distinct ${minutes} as minutes, ${bucketOf('mark', minutes)} as begins_at
   from unnest($2::timestamptz[]) marks (mark) where ${isOfDay('mark')}`;

/** SQL: counts the rows of the shortest buckets of the day $1 again that contain the quarters of an hour $2. */
function countMarked(table: BucketTable): string {
  const { rows, insert } = counts[table];
  const minutes = shortestOf(table);
  // Without "offset 0" the planner may scan all rows, of all time.
  return insert(
    `(${marked(minutes)}) b cross join lateral (${rows('b.begins_at', `b.begins_at + ${lengthOf(minutes)}`)} offset 0) counted_rows`,
  );
}

/** SQL: `minutes` and `begins_at` of the buckets that contain the quarters of an hour $2, each once. */
const wanted = `(select distinct b.minutes, b.begins_at from unnest($2::timestamptz[]) marks (mark) cross join lateral ${bucketsOf('mark')} b (minutes, begins_at))`;
const deleteBuckets = (table: BucketTable): string =>
  `delete from ${table} t using ${wanted} w where t.minutes = w.minutes and t.begins_at = w.begins_at and ${isOfDay('t.begins_at')}`;

/** SQL: whether a bucket of the day $1 is in one of `minutes` that contains a quarter of an hour of $2. */
const isInMarked = (minutes: number): string =>
  `${isOfDay('begins_at')} and ${bucketOf('begins_at', minutes)} in (select ${bucketOf('mark', minutes)} from unnest($2::timestamptz[]) marks (mark))`;

/**
 * SQL: the statements that count the buckets of the day that begins at $1 again which contain the quarters of an hour $2. Only
 * those quarters are read from visits, calls and segments (of agents: the whole day): the longer buckets are sums of shorter
 * ones, which are right, or marked again.
 */
export const recountBuckets: readonly string[] = bucketTables.flatMap((table) => [
  deleteBuckets(table),
  countMarked(table),
  ...addUpLevels(table, isInMarked),
]);
