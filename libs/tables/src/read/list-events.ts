import type { FactJson } from '@callstream/domain';
import { sqlOf } from '../connection/tables.ts';
import type { Queryable, Tables } from '../connection/tables.ts';
import { offsetOfSql, partitionOfSql } from './event-id-sql.ts';
import { listRowsMax } from './list-calls.ts';
import { jsonBytes, responseBytesMax } from './page.ts';
import type { Page } from './page.ts';

/** An event of a call; times are ISO 8601. */
export interface EventRow {
  readonly id: number;
  readonly aggregate_id: string;
  readonly uuid: string;
  readonly type: string;
  /** The body as JSON text; null if it is larger than {@link responseBytesMax}. */
  readonly body: string | null;
  /** Size of the body, in bytes of UTF-8. */
  readonly bodyBytes: number;
  readonly received_at: string;
  readonly deliveries: number;
  /** Fields that are too long for their columns: null there, complete in the body. null: none. */
  readonly omitted: readonly string[] | null;
  /** Name of its source; absent for the default. */
  readonly source?: string | undefined;
  /** Name of the instance of the source, with which its ids begin; absent if it has none. */
  readonly source_name?: string | undefined;
  /** All that it states; absent if it is the only fact, which body and ids state. */
  readonly facts?: readonly FactJson[] | undefined;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface ListCallEventsOptions {
  readonly topic: string;
  readonly callId: string;
  /** `id` of an event: only earlier events. */
  readonly before?: number | undefined;
  /** 1 to `listRowsMax`. */
  readonly limit?: number | undefined;
  /** Only events of calls in these queues; without it or with null, of all calls. */
  readonly visibleQueues?: readonly string[] | null | undefined;
}

/**
 * SQL: the newest event of the call that meets the condition, with its texts converted and counted once. `rowBytes`: approximate
 * bytes of its JSON; its body and call id are counted exactly, its facts at most.
 */
const newest = (condition: string): string => `
  select e.id, e.uuid, e.type, e.received_at, e.deliveries, e.omitted, e.source, e.source_name, e.facts,
    body.text, octet_length(body.text) as "bodyBytes",
    512 + ${jsonBytes('$1::text')} + octet_length(body.text) + coalesce(octet_length(e.facts::text), 0) as "rowBytes"
  from (select * from events where call_id = $1::text and ${condition} order by id desc limit 1) e,
    lateral (select e.body::text as text offset 0) body offset 0`;

/**
 * The newest events of a call, up to the limit and {@link responseBytesMax}, in the order of the log of `topic`; none if the
 * call is unknown or not visible. The recursive query reads one event at a time and stops when the page is full, so that it
 * does not convert bodies to text that will not fit. An event whose body alone exceeds the limit is returned alone, without it.
 */
export async function listCallEvents(
  db: Queryable,
  { topic, callId, before, limit = listRowsMax, visibleQueues }: ListCallEventsOptions,
): Promise<Page<EventRow>> {
  const { rows } = await sqlOf(db).query<EventRow & { readonly hasOlder: boolean }>({
    name: 'list-call-events',
    text: `
      with recursive page as (
        select n.*, 1 as nth, n."rowBytes" as bytes
        from (${newest('($5::bigint is null or id < $5)')}) n
        where $4::text[] is null or exists (select from calls c where c.call_id = $1 and c.queue = any($4))
        union all
        select n.*, p.nth + 1, p.bytes + n."rowBytes"
        from page p, lateral (${newest('id < p.id')}) n
        where p.nth < $2::int and p.bytes + n."rowBytes" <= $6::int
      )
      -- The topic is a parameter, not read from the positions: a reader of these would wait for a swap.
      select id, $1::text as aggregate_id, uuid, type, case when "bodyBytes" <= $6 then text end as body, "bodyBytes", received_at,
        deliveries, omitted, source, source_name, facts, $3::text as topic, ${partitionOfSql('id')} as partition, ${offsetOfSql('id')} as offset,
        exists (select from events o where o.call_id = $1 and o.id < (select min(id) from page)) as "hasOlder"
      from page order by id`,
    values: [callId, Math.min(limit, listRowsMax), topic, visibleQueues ?? null, before ?? null, responseBytesMax],
  });
  return {
    rows: rows.map(({ hasOlder: _, source, source_name, facts, ...row }) => ({
      ...row,
      source: source ?? undefined,
      source_name: source_name ?? undefined,
      facts: facts ?? undefined,
    })),
    more: rows[0]?.hasOlder ?? false,
  };
}

/** Whether the tables contain an event. */
export async function hasEvent(db: Tables, uuid: string): Promise<boolean> {
  const { rowCount } = await sqlOf(db).query('select from events where uuid = $1::uuid', [uuid]);
  return rowCount === 1;
}
