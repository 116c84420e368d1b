import type { Queryable } from '../connection/pool.ts';
import { answerBytesMax, pageOf, toPage } from './page.ts';
import type { Page } from './page.ts';
import type { CallRow } from './list-calls.ts';

export interface SearchCallsOptions {
  readonly states?: readonly string[] | undefined;
  /** Queues that the calls are in or were in last. */
  readonly queues?: readonly string[] | undefined;
  readonly direction?: string | undefined;
  readonly call_id?: string | undefined;
  /** The other party's number ends in these digits. */
  readonly number?: string | undefined;
  readonly our_number?: string | undefined;
  /** When callstream received its first event, ISO 8601: `from` included, `to` excluded. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `id` of a call: only calls before it, in the order of the list. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** What may be seen; null: calls of every queue and of none. */
  readonly visibleQueues: readonly string[] | null;
}

/** A call that was searched for. Times are ISO 8601. */
export interface FoundCall extends CallRow {
  /** Own time of its first event; of a call that came back, of the first after its end. */
  readonly began_at: string;
  readonly code: string | null;
  readonly waiting_at: string | null;
  readonly answered_at: string | null;
  readonly abandoned_at: string | null;
  readonly finished_at: string | null;
  readonly recording_url: string | null;
}

/** SQL: what is told of a call, from `calls`. */
export const foundCallColumns = `id, call_id as aggregate_id, state, direction, our_number, their_number, queue, created_at,
  updated_at, began_at, code, waiting_at, answered_at, abandoned_at, finished_at, recording_url`;

const foundCalls = pageOf({
  from: `
    select * from calls
    where ($1::text[] is null or state = any($1)) and ($2::text[] is null or queue = any($2))
      and ($3::text is null or direction = $3) and ($4::text is null or call_id = $4)
      -- Backwards, an ending is a beginning, which the index calls_their_number finds.
      and ($5::text is null or reverse(their_number) like reverse($5) || '%')
      and ($6::text is null or our_number = $6)
      and ($7::timestamptz is null or created_at >= $7) and ($8::timestamptz is null or created_at < $8)
      and ($9::bigint is null or (created_at, id) < (select b.created_at, b.id from calls b where b.id = $9))
      and ($10::text[] is null or queue = any($10))
    order by created_at desc, id desc limit $11::int + 1`,
  order: 'created_at desc, id desc',
  columns: foundCallColumns,
  texts: 'call_id, direction, our_number, their_number, queue, code, recording_url',
  shownBy: 'created_at desc, id desc',
  limit: '$11',
  bytes: '$12',
});

/**
 * The newest calls that match, newest first, up to the limit and to {@link answerBytesMax}: pages go backwards in time, by
 * `before`.
 */
export async function searchCalls(db: Queryable, params: SearchCallsOptions): Promise<Page<FoundCall>> {
  const { states, queues, direction, call_id, number, our_number, from, to, before, limit, visibleQueues } = params;
  // Without a name: planned for what is asked for, every time. One plan for all would fit none of them.
  const { rows } = await db.query<FoundCall & { readonly foundRows: number }>({
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
      answerBytesMax,
    ],
  });
  return toPage(rows);
}
