import type { Queryable } from './connect.ts';
import { foundCallColumns } from './search-calls.ts';
import type { FoundCall } from './search-calls.ts';

/** A call with what became of it in each queue, and its agents. Times are ISO 8601. */
export interface WholeCall extends FoundCall {
  /** In the order of their beginnings. */
  readonly visits: readonly {
    readonly queue: string;
    readonly waiting_at: string;
    readonly ended_at: string | null;
    readonly outcome: string;
    readonly wait_ms: number | null;
    /** Who answered. */
    readonly actor: string | null;
  }[];
  /** Each time of an agent on the call, in the order of their beginnings. */
  readonly segments: readonly {
    readonly actor: string;
    readonly number: string | null;
    readonly queue: string | null;
    readonly rang_at: string | null;
    readonly entered_at: string | null;
    readonly ended_at: string | null;
    readonly end_reason: string | null;
  }[];
  /** Each agent once: when they came first, and were on it last. */
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
          select json_agg(json_build_object('queue', v.queue, 'waiting_at', ${iso('v.waiting_at')}, 'ended_at', ${iso('v.ended_at')},
            'outcome', v.outcome, 'wait_ms', v.wait_ms, 'actor', v.actor) order by v.n)
          from visits v where v.call_id = $1), '[]') as visits,
        coalesce((
          select json_agg(json_build_object('actor', s.actor, 'number', s.number, 'queue', s.queue, 'rang_at', ${iso('s.rang_at')},
            'entered_at', ${iso('s.entered_at')}, 'ended_at', ${iso('s.ended_at')}, 'end_reason', s.end_reason) order by s.n)
          from segments s where s.call_id = $1), '[]') as segments,
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
