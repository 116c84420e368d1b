import type { Queryable } from './connect.ts';
import { answerBytesMax, jsonBytes } from './page.ts';
import { foundCallColumns } from './search-calls.ts';
import type { FoundCall } from './search-calls.ts';

/** A call with what became of it in each queue, and its agents. Times are ISO 8601. */
export interface WholeCall extends FoundCall {
  readonly visits: readonly {
    readonly queue: string;
    readonly waiting_at: string;
    readonly outcome: string;
    readonly wait_ms: number | null;
  }[];
  readonly agents: readonly {
    readonly actor: string;
    readonly number: string | null;
    readonly queue: string | null;
    readonly entered_at: string | null;
    readonly left_at: string | null;
  }[];
  /** Not all visits or agents are there: they would be too large an answer. */
  readonly more: boolean;
}

/** SQL: a time inside JSON, as the others are read. */
const iso = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Of each of the two lists that belong to a call. */
const listBytesMax = answerBytesMax / 2;

/**
 * The call; null if it is unknown or in none of `visibleQueues` (null: all may be seen). Of visits and agents the first ones, in bytes up to
 * half of {@link answerBytesMax} each.
 */
export async function readCall(
  db: Queryable,
  { callId, visibleQueues }: { readonly callId: string; readonly visibleQueues: readonly string[] | null },
): Promise<WholeCall | null> {
  const { rows } = await db.query<WholeCall>({
    name: 'read-call',
    text: `
      select ${foundCallColumns}, v.visits, a.agents, v.more or a.more as more
      from (select * from calls where call_id = $1::text and ($2::text[] is null or queue = any($2))) c,
        lateral (
          select coalesce(json_agg(json_build_object('queue', queue, 'waiting_at', ${iso('waiting_at')}, 'outcome', outcome,
              'wait_ms', wait_ms) order by waiting_at, queue) filter (where bytes <= $3::int), '[]') as visits,
            coalesce(bool_or(bytes > $3), false) as more
          from (
            select *, sum(128 + ${jsonBytes('queue')}) over (order by waiting_at, queue) as bytes
            from visits where call_id = $1) sized) v,
        lateral (
          select coalesce(json_agg(json_build_object('actor', actor, 'number', number, 'queue', queue,
              'entered_at', ${iso('entered_at')}, 'left_at', ${iso('left_last_at')}) order by entered_at, actor)
              filter (where bytes <= $3), '[]') as agents,
            coalesce(bool_or(bytes > $3), false) as more
          from (
            select *, sum(128 + ${jsonBytes('concat(actor, number, queue)')}) over (order by entered_at, actor) as bytes
            from call_agents where call_id = $1) sized) a`,
    values: [callId, visibleQueues, listBytesMax],
  });
  return rows[0] ?? null;
}
