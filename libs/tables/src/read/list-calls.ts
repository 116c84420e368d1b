import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import { pageOf, responseBytesMax, toPage } from './page.ts';
import type { Page } from './page.ts';

/** Most rows of one list, and the default limit. */
export const listRowsMax = 1_000;

export interface ListCallsOptions {
  readonly state?: string | undefined;
  readonly aggregate_id?: string | undefined;
  readonly queue?: string | undefined;
  readonly direction?: string | undefined;
  /** 1 to `listRowsMax`. */
  readonly limit?: number | undefined;
  /** `id` of a call: only calls created before it. */
  readonly before?: number | undefined;
  /** Only calls in these queues; null or not given: all calls. */
  readonly visibleQueues?: readonly string[] | null | undefined;
}

/** A call in a list. Times are ISO 8601. */
export interface CallRow {
  readonly id: number;
  readonly aggregate_id: string;
  readonly state: string;
  readonly direction: string | null;
  readonly our_number: string | null;
  readonly their_number: string | null;
  readonly queue: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const listedCalls = pageOf({
  from: `
    with wanted as not materialized (
      select * from calls
      where ($1::text is null or state = $1) and ($2::text is null or call_id = $2)
        and ($3::text is null or queue = $3) and ($4::text is null or direction = $4)
        and ($5::bigint is null or (created_at, id) < (select b.created_at, b.id from calls b where b.id = $5))
        and ($7::text[] is null or queue = any($7))
    ), unfinished as (
      select * from wanted where finished_at is null and $1::text is distinct from 'FINISHED' order by created_at desc, id desc limit $6::int + 1
    ), finished as (
      select * from wanted where finished_at is not null and coalesce($1::text, 'FINISHED') = 'FINISHED' order by created_at desc, id desc limit $6::int + 1
    )
    select * from (select *, 0 as turn from unfinished union all select *, 1 from finished) c
    order by turn, created_at desc, id desc limit $6::int + 1`,
  order: 'turn, created_at desc, id desc',
  columns: 'id, call_id as aggregate_id, state, direction, our_number, their_number, queue, created_at, updated_at',
  texts: 'call_id, direction, our_number, their_number, queue',
  displayOrder: 'created_at, id',
  limit: '$6',
  bytes: '$8',
});

/**
 * Unfinished calls have priority, then the newest, up to the limit and {@link responseBytesMax}. The page is ordered by
 * `created_at`, `id`, oldest first.
 */
export async function listCalls(db: Queryable, params: ListCallsOptions): Promise<Page<CallRow>> {
  // No prepared statement: its generic plan would suit none of the filters, so Postgres plans each query for its own.
  const { rows } = await sqlOf(db).query<CallRow & { readonly foundRows: number }>({
    text: listedCalls,
    values: [
      params.state ?? null,
      params.aggregate_id ?? null,
      params.queue ?? null,
      params.direction ?? null,
      params.before ?? null,
      Math.min(params.limit ?? listRowsMax, listRowsMax),
      params.visibleQueues ?? null,
      responseBytesMax,
    ],
  });
  return toPage(rows);
}
