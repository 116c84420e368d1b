import type { Queryable } from './connect.ts';
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
}

/** SQL: a time inside JSON, as the others are read. */
const iso = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The call; null if it is unknown or in none of `visibleQueues` (null: all may be seen). */
export async function readCall(
  db: Queryable,
  { callId, visibleQueues }: { readonly callId: string; readonly visibleQueues: readonly string[] | null },
): Promise<WholeCall | null> {
  const { rows } = await db.query<WholeCall>({
    name: 'read-call',
    text: `
      select ${foundCallColumns},
        coalesce((
          select json_agg(json_build_object('queue', v.queue, 'waiting_at', ${iso('v.waiting_at')}, 'outcome', v.outcome,
            'wait_ms', v.wait_ms) order by v.waiting_at, v.queue)
          from visits v where v.call_id = $1), '[]') as visits,
        coalesce((
          select json_agg(json_build_object('actor', a.actor, 'number', a.number, 'queue', a.queue,
            'entered_at', ${iso('a.entered_at')}, 'left_at', ${iso('a.left_last_at')}) order by a.entered_at, a.actor)
          from call_agents a where a.call_id = $1), '[]') as agents
      from calls
      where call_id = $1::text and ($2::text[] is null or queue = any($2))`,
    values: [callId, visibleQueues],
  });
  return rows[0] ?? null;
}
