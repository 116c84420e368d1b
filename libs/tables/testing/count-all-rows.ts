import { poolOf } from '../src/connection/tables.ts';
import type { CountCallsOptions, CountVisitsOptions, Tables } from '../src/index.ts';
import { visitCountColumns } from '../src/read/numbers/count-visits-sql.ts';
import { intervalOf } from '../src/read/numbers/periods.ts';

/** The same counts as `countVisits` from all rows of the period, as it was before there were buckets. */
export async function countVisitRowsInSql(db: Tables, options: CountVisitsOptions): Promise<void> {
  const { from, to, serviceLevelMs, shortAbandonMs, interval, timeZone } = options;
  await poolOf(db).query(
    `select case when $5::text is not null then ${intervalOf('waiting_at', '$5', '$6')} end as begin, queue, ${visitCountColumns('$3', '$4')}
     from visits where waiting_at >= $1::timestamptz and waiting_at < $2::timestamptz
       and direction is distinct from 'outbound' and direction is distinct from 'internal'
     group by 1, 2`,
    [from, to, serviceLevelMs, shortAbandonMs, interval, timeZone],
  );
}

/** The same as `countCalls`. */
export async function countCallRowsInSql(db: Tables, options: CountCallsOptions): Promise<void> {
  const { from, to, now, staleAfterMs, interval, timeZone } = options;
  await poolOf(db).query(
    `with found as (
       select case when $5::text is not null then ${intervalOf('began_at', '$5', '$6')} end as begin, queue, direction, outcome
       from call_outcomes($1, $2, to_timestamp($3::float8 / 1000), $4::float8 * interval '1 ms')
     ) select begin, queue, direction, outcome, count(*)
     from found group by grouping sets ((queue, direction, outcome), (begin, direction, outcome))`,
    [from, to, now, staleAfterMs, interval, timeZone],
  );
}
