import type { Queryable } from '../connection/pool.ts';
import { answerBytesMax, jsonBytes } from './page.ts';
import type { Page } from './page.ts';
import { listRowsMax } from './list-calls.ts';

/** An event of a call; times are ISO 8601. */
export interface EventRow {
  readonly id: number;
  readonly aggregate_id: string;
  readonly uuid: string;
  readonly type: string;
  /** The body as JSON text; null if that is longer than an answer may be. */
  readonly body: string | null;
  /** Of the body, in UTF-8. */
  readonly bodyBytes: number;
  readonly received_at: string;
  readonly deliveries: number;
  /** Fields of the body that are longer than the tables' limit, and null in every column; null: none is. */
  readonly omitted: readonly string[] | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface ListCallEventsOptions {
  readonly topic: string;
  readonly callId: string;
  /** `id` of an event: only events before it. */
  readonly before?: number | undefined;
  /** 1 to `listRowsMax`. */
  readonly limit?: number | undefined;
  /** What may be seen; null or not given: calls of every queue and of none. */
  readonly visibleQueues?: readonly string[] | null | undefined;
}

/** SQL: the newest event of the call that fulfils the condition, with its body as text, which is made once. */
const newest = (condition: string): string => `
  select e.id, e.uuid, e.type, e.received_at, e.deliveries, e.omitted, body.text, octet_length(body.text) as "bodyBytes"
  from (select * from events where call_id = $1::text and ${condition} order by id desc limit 1) e,
    lateral (select e.body::text as text offset 0) body`;

/** SQL: bytes of an event; but for its body and the id of its call, about. */
const rowBytes = (bodyBytes: string): string => `(512 + ${jsonBytes('$1::text')} + ${bodyBytes})`;

/**
 * The newest events of a call, up to the limit and to {@link answerBytesMax}, in the order of the log of `topic`; none if it
 * is unknown or may not be seen. One after the other is read, until there are enough: a body that is one of a thousand is not made into
 * text to see that it is too much. A body larger than all is left out, and alone with that.
 */
export async function listCallEvents(
  db: Queryable,
  { topic, callId, before, limit = listRowsMax, visibleQueues }: ListCallEventsOptions,
): Promise<Page<EventRow>> {
  const { rows } = await db.query<EventRow & { readonly hasOlder: boolean }>({
    name: 'list-call-events',
    text: `
      with recursive page as (
        select n.*, 1 as nth, ${rowBytes('n."bodyBytes"')} as bytes
        from (${newest('($5::bigint is null or id < $5)')}) n
        where $4::text[] is null or exists (select from calls c where c.call_id = $1 and c.queue = any($4))
        union all
        select n.*, p.nth + 1, p.bytes + ${rowBytes('n."bodyBytes"')}
        from page p, lateral (${newest('id < p.id')}) n
        where p.nth < $2::int and p.bytes + ${rowBytes('n."bodyBytes"')} <= $6::int
      )
      -- The topic not from the positions: whoever reads them waits for a swap.
      select id, $1::text as aggregate_id, uuid, type, case when "bodyBytes" <= $6 then text end as body, "bodyBytes", received_at,
        deliveries, omitted, $3::text as topic, (id % 4096)::int as partition, id / 4096 as offset,
        exists (select from events o where o.call_id = $1 and o.id < (select min(id) from page)) as "hasOlder"
      from page order by id`,
    values: [callId, Math.min(limit, listRowsMax), topic, visibleQueues ?? null, before ?? null, answerBytesMax],
  });
  return {
    rows: rows.map(({ hasOlder: _, ...row }) => row),
    more: rows[0]?.hasOlder ?? false,
  };
}
