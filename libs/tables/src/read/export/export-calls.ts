import type { Queryable } from '../../connection/tables.ts';
import { foundCallColumns } from '../search-calls.ts';
import type { FoundCall } from '../search-calls.ts';
import { exportPageSql, inPage, readExportPage } from './export-page.ts';
import type { ExportPage, ExportPageOptions } from './export-page.ts';

export interface ExportCallsOptions extends ExportPageOptions {
  /** ms since 1970: an unfinished call without an event for `staleAfterMs` before it is not known. */
  readonly now: number;
  readonly staleAfterMs: number;
  /** inbound, also if the direction is not known, outbound or internal. */
  readonly direction?: string | undefined;
  readonly outcomes?: readonly string[] | undefined;
}

/** A call with its outcome, as {@link countCalls} counts it. */
export interface ExportedCall extends FoundCall {
  readonly outcome: string;
}

// What a function returns has the collation of the database, but `page_id` and the columns of tables have "C".
const text = exportPageSql({
  from: `
    select c.*, o.outcome, o.began_at as page_at, c.call_id as page_id, 0::bigint as page_n from (
      select * from call_outcomes($1, $2, to_timestamp($10::float8 / 1000), $11::float8 * interval '1 ms')
      where ${inPage('began_at', 'call_id', '0::bigint')}
        and ($8::text[] is null or queue = any($8)) and ($9::text[] is null or queue = any($9))
        and ($12::text is null or direction = $12) and ($13::text[] is null or outcome = any($13))
      order by began_at, call_id collate "C" limit $6::int + 1
    ) o join calls c on c.call_id = o.call_id`,
  columns: `${foundCallColumns}, outcome`,
  texts: 'call_id, direction, our_number, their_number, queue, code, recording_url',
});

/** The calls that began in a period: the same that {@link countCalls} counts. */
export const exportCalls = (db: Queryable, options: ExportCallsOptions): Promise<ExportPage<ExportedCall>> => {
  const { queues, visibleQueues, now, staleAfterMs, direction, outcomes } = options;
  const values = [queues ?? null, visibleQueues, now, staleAfterMs, direction ?? null, outcomes ?? null];
  return readExportPage(db, options, { text, values });
};
