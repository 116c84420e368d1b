import { countAllBuckets } from '../src/buckets/count-buckets.ts';
import { poolOf } from '../src/connection/tables.ts';
import { inTransaction } from '../src/connection/transaction.ts';
import type { CountCallsOptions, CountVisitsOptions, Tables } from '../src/index.ts';
import { visitCountColumns } from '../src/read/numbers/count-visits-sql.ts';
import { intervalOf } from '../src/read/numbers/periods.ts';

const queues = 20;

interface YearOptions {
  readonly calls: number;
  /** ms since 1970. */
  readonly from: number;
}

/**
 * Fills empty tables with a year of ended calls and a visit of each, without events: most by day, of 20 queues.
 * @returns how long counting all buckets took, in ms
 */
export async function insertYearOfVisits(db: Tables, { calls, from }: YearOptions): Promise<number> {
  const values = [calls, new Date(from).toISOString()];
  // Busiest in the middle of the day: the mean of two random hours.
  await poolOf(db).query(
    `create table bucket_year as
     select 'year.' || i as call_id, i, (900 + i % ${queues})::text as queue, i % 10 = 0 as is_abandoned,
       $2::timestamptz + (i::bigint * 364 / $1::int) * interval '1 day' + floor((random() + random()) * 43200000) * interval '1 ms' as at,
       floor(-ln(1 - random()) * 25000)::bigint as wait_ms
     from generate_series(0, $1::int - 1) i order by at`,
    values,
  );
  await poolOf(db).query(`
    insert into visits (call_id, n, queue, direction, waiting_at, ended_at, outcome, wait_ms)
    select call_id, 0, queue, 'inbound', at, at + wait_ms * interval '1 ms', case when is_abandoned then 'abandoned' else 'answered' end, wait_ms
    from bucket_year order by at`);
  await poolOf(db).query(`
    insert into calls (call_id, id, last_id, state, state_at, is_opened, began_at, finished_at, direction, queue, waiting_at, waiting_since,
      answered_at, answered_last_at, abandoned_at, created_at, updated_at, last_event_at, heard_at, delay_ms, is_long, facts)
    select call_id, i, i, 'FINISHED', over, true, at, over, 'inbound', queue, at, at, case when not is_abandoned then ended end,
      case when not is_abandoned then ended end, case when is_abandoned then ended end, at, over, over, over, 0, false, ''
    from bucket_year, lateral (select at + wait_ms * interval '1 ms' as ended, at + interval '5 min' as over) times order by at`);
  await poolOf(db).query('drop table bucket_year');
  await poolOf(db).query('vacuum analyze visits');
  await poolOf(db).query('vacuum analyze calls');
  const began = performance.now();
  await inTransaction(db, (client) => client.query(`set local work_mem = '256MB'; ${countAllBuckets}`));
  return performance.now() - began;
}

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
