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
  /** `id` of a call: only this call. */
  readonly id?: number | undefined;
  /** `id` of a visible call: only calls created before it; none if it is unknown or not visible. */
  readonly before?: number | undefined;
  /** Unfinished calls whose last event is older, in ms since 1970, are stale. Not given: none is. */
  readonly heardSince?: number | undefined;
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
      select *, is_opened and finished_at is null and heard_at >= to_timestamp($10::float8 / 1000) as is_live from calls
      where ($1::text is null or state = $1) and ($2::text is null or call_id = $2)
        and ($3::text is null or queue = $3) and ($4::text is null or direction = $4)
        and ($5::bigint is null or (created_at, id) < (
          select b.created_at, b.id from calls b where b.id = $5 and ($7::text[] is null or b.queue = any($7))))
        and ($7::text[] is null or queue = any($7)) and ($9::bigint is null or id = $9)
    ), live as materialized (
      select * from wanted where is_live and $1::text is distinct from 'FINISHED'
      order by created_at desc, id desc limit $6::int + 1
    ), finished as materialized (
      select * from wanted where finished_at is not null and coalesce($1::text, 'FINISHED') = 'FINISHED'
      order by created_at desc, id desc limit $6::int + 1 - (select count(*) from live)
    ), others as (
      select * from wanted where finished_at is null and not is_live and $1::text is distinct from 'FINISHED'
      order by created_at desc, id desc
      limit $6::int + 1 - (select count(*) from live) - (select count(*) from finished)
    )
    select *, 0 as turn from live union all select *, 1 from finished union all select *, 2 from others`,
  order: 'turn, created_at desc, id desc',
  columns: 'id, call_id as aggregate_id, state, direction, our_number, their_number, queue, created_at, updated_at',
  texts: 'call_id, direction, our_number, their_number, queue',
  displayOrder: 'turn, created_at, id',
  limit: '$6',
  bytes: '$8',
});

/**
 * Live calls first, then finished ones, then those that are stale or that no event began. The limit and
 * {@link responseBytesMax} leave out the last of these groups first, and the oldest of a group. Each group is ordered by
 * `created_at`, `id`.
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
      params.id ?? null,
      params.heardSince ?? -Infinity,
    ],
  });
  return toPage(rows);
}
