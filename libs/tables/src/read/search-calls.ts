import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import type { CallRow } from './list-calls.ts';
import { pageOf, responseBytesMax, toPage } from './page.ts';
import type { Page } from './page.ts';

export interface SearchCallsOptions {
  readonly states?: readonly string[] | undefined;
  /** Current or last queue of the call. */
  readonly queues?: readonly string[] | undefined;
  readonly direction?: string | undefined;
  readonly call_id?: string | undefined;
  /** The other party's number ends in these digits. */
  readonly number?: string | undefined;
  readonly our_number?: string | undefined;
  /** When callstream received the call's first event, ISO 8601: `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `id` of a visible call: only calls created before it; none if it is unknown or not visible. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** Only calls in these queues; null: all calls. */
  readonly visibleQueues: readonly string[] | null;
}

/** A search result. Times are ISO 8601. */
export interface FoundCall extends CallRow {
  /** Own time of the first event of its latest life. */
  readonly began_at: string;
  /** From `began_at` to the end of the call; without an end, until now by the clock of its sender. */
  readonly duration_ms: number;
  readonly code: string | null;
  readonly waiting_at: string | null;
  readonly answered_at: string | null;
  readonly abandoned_at: string | null;
  readonly finished_at: string | null;
  readonly recording_url: string | null;
}

/** SQL: the same as `callDurationMs` of the domain. */
const callDurationMs = `greatest(0, floor(extract(epoch from
  coalesce(finished_at, statement_timestamp() - delay_ms * interval '1 ms') - began_at) * 1000))::float8`;

/** SQL: the columns of {@link FoundCall}, from `calls`. */
export const foundCallColumns = `id, call_id as aggregate_id, state, direction, our_number, their_number, queue, created_at,
  updated_at, began_at, ${callDurationMs} as duration_ms, code, waiting_at, answered_at, abandoned_at, finished_at, recording_url`;

const foundCalls = pageOf({
  from: `
    select * from calls
    where ($1::text[] is null or state = any($1)) and ($2::text[] is null or queue = any($2))
      and ($3::text is null or direction = $3) and ($4::text is null or call_id = $4)
      -- Reversed, a suffix is a prefix, which the index calls_their_number supports.
      and ($5::text is null or reverse(their_number) like reverse($5) || '%')
      and ($6::text is null or our_number = $6)
      and ($7::timestamptz is null or created_at >= $7) and ($8::timestamptz is null or created_at < $8)
      and ($9::bigint is null or (created_at, id) < (
        select b.created_at, b.id from calls b where b.id = $9 and ($10::text[] is null or b.queue = any($10))))
      and ($10::text[] is null or queue = any($10))
    order by created_at desc, id desc limit $11::int + 1`,
  order: 'created_at desc, id desc',
  columns: foundCallColumns,
  texts: 'call_id, direction, our_number, their_number, queue, code, recording_url',
  displayOrder: 'created_at desc, id desc',
  limit: '$11',
  bytes: '$12',
});

/** The matching calls, newest first, up to the limit and {@link responseBytesMax}. `before` gets the next page. */
export async function searchCalls(db: Queryable, params: SearchCallsOptions): Promise<Page<FoundCall>> {
  const { states, queues, direction, call_id, number, our_number, from, to, before, limit, visibleQueues } = params;
  // No prepared statement: its generic plan would suit none of the filters, so Postgres plans each query for its own.
  const { rows } = await sqlOf(db).query<FoundCall & { readonly foundRows: number }>({
    text: foundCalls,
    values: [
      states ?? null,
      queues ?? null,
      direction ?? null,
      call_id ?? null,
      number ?? null,
      our_number ?? null,
      from ?? null,
      to ?? null,
      before ?? null,
      visibleQueues,
      limit,
      responseBytesMax,
    ],
  });
  return toPage(rows);
}
