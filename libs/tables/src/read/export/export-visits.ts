import type { Queryable } from '../../connection/tables.ts';
import { exportPageSql, inPage, readExportPage } from './export-page.ts';
import type { ExportPage, ExportPageOptions } from './export-page.ts';

export interface ExportVisitsOptions extends ExportPageOptions {
  readonly outcomes?: readonly string[] | undefined;
  /** Only visits that waited this long, in ms; both inclusive. */
  readonly waitMsMin?: number | undefined;
  readonly waitMsMax?: number | undefined;
  /** Only visits that began on this day of the week, 1: Monday, or in this hour of the day, of a time zone (IANA name). */
  readonly weekday?: number | undefined;
  readonly hour?: number | undefined;
  readonly timeZone: string;
}

/** A queue visit, with the number of its call. Times are ISO 8601. */
export interface ExportedVisit {
  /** null, as are `n` and `their_number`: the call is in none of the visible queues any more. */
  readonly call_id: string | null;
  readonly n: number | null;
  readonly queue: string;
  readonly direction: string | null;
  readonly waiting_at: string;
  readonly ended_at: string | null;
  readonly outcome: string;
  readonly wait_ms: number | null;
  /** The agent who answered. */
  readonly actor: string | null;
  readonly their_number: string | null;
}

const ifVisible = (column: string): string => `case when $9::text[] is null or c.queue = any($9) then ${column} end`;

const text = exportPageSql({
  from: `
    select v.waiting_at as page_at, v.call_id as page_id, v.n::bigint as page_n, ${ifVisible('v.call_id')} as call_id,
      ${ifVisible('v.n')} as n, ${ifVisible('c.their_number')} as their_number,
      v.queue, v.direction, v.waiting_at, v.ended_at, v.outcome, v.wait_ms, v.actor
    from (
      select * from visits where ${inPage('waiting_at', 'call_id', 'n::bigint')}
        and ($8::text[] is null or queue = any($8)) and ($9::text[] is null or queue = any($9))
        and direction is distinct from 'outbound' and direction is distinct from 'internal'
        and ($10::text[] is null or outcome = any($10)) and ($11::bigint is null or wait_ms <= $11)
        and ($12::bigint is null or wait_ms >= $12)
        and ($13::int is null or extract(isodow from waiting_at at time zone $15::text) = $13)
        and ($14::int is null or extract(hour from waiting_at at time zone $15::text) = $14)
      order by waiting_at, call_id, n limit $6::int + 1
    ) v join calls c on c.call_id = v.call_id`,
  columns: 'call_id, n, queue, direction, waiting_at, ended_at, outcome, wait_ms, actor, their_number',
  texts: 'call_id, queue, direction, actor, their_number',
});

/** The queue visits that began in a period: the same that {@link countVisits} counts. */
export const exportVisits = (db: Queryable, options: ExportVisitsOptions): Promise<ExportPage<ExportedVisit>> => {
  const { queues, visibleQueues, outcomes, waitMsMin, waitMsMax, weekday, hour, timeZone } = options;
  const waits = [waitMsMax ?? null, waitMsMin ?? null];
  return readExportPage(db, options, {
    text,
    values: [queues ?? null, visibleQueues, outcomes ?? null, ...waits, weekday ?? null, hour ?? null, timeZone],
  });
};
