import type { Queryable } from '../../connection/tables.ts';
import { offsetOfSql, partitionOfSql } from '../event-id-sql.ts';
import type { EventRow } from '../list-events.ts';
import { cursorSql, inPage, readExportPage } from './export-page.ts';
import type { ExportPage, ExportPageOptions } from './export-page.ts';

export interface ExportEventsOptions extends ExportPageOptions {
  readonly topic: string;
  /** Only events of these kinds. */
  readonly kinds?: readonly string[] | undefined;
}

/** An event with its own time. */
export interface ExportedEvent extends Omit<EventRow, 'aggregate_id' | 'body'> {
  /** null: it is about no call, but for example an agent. */
  readonly aggregate_id: string | null;
  readonly body: string;
  readonly at: string;
}

/** Bodies are stored compressed. Before they are converted to text, their sizes are estimated: all could take seconds. */
const compression = 8;

const text = `
  with found as (
    select *, count(*) over () as "foundRows", row_number() over page as nth, sum(pg_column_size(body)) over page as stored
    from (
      select *, at as page_at, '' as page_id, id as page_n from events
      where ${inPage('at', `''`, 'id')}
        and ($8::text[] is null or coalesce(queue, '') = any($8))
        and ($9::text[] is null or exists (select from calls c where c.call_id = events.call_id and c.queue = any($9)))
        and ($11::text[] is null or kind = any($11))
      order by at, id limit $6::int + 1
    ) events window page as (order by at, id)
  ), texts as (
    select found.*, body.text, sum(octet_length(body.text)) over (order by at, id) as bytes
    from found, lateral (select found.body::text as text offset 0) body
    where nth = 1 or (nth <= $6 and stored * ${compression} <= $7::int)
  )
  select id, call_id as aggregate_id, uuid, type, at, text as body, octet_length(text) as "bodyBytes", received_at, deliveries,
    omitted, source, source_name, facts, $10::text as topic, ${partitionOfSql('id')} as partition,
    ${offsetOfSql('id')} as offset, "foundRows", ${cursorSql}
  from texts where nth = 1 or bytes <= $7
  order by at, id`;

/** The events whose own times are in a period. */
export async function exportEvents(db: Queryable, options: ExportEventsOptions): Promise<ExportPage<ExportedEvent>> {
  const { queues, visibleQueues, topic, kinds } = options;
  const values = [queues ?? null, visibleQueues, topic, kinds ?? null];
  const { rows, next } = await readExportPage<ExportedEvent>(db, options, { text, values });
  // What is absent in lists is null in the table.
  const events = rows.map(({ source, source_name, facts, ...row }) => ({
    ...row,
    source: source ?? undefined,
    source_name: source_name ?? undefined,
    facts: facts ?? undefined,
  }));
  return { rows: events, next };
}
