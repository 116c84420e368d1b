import type { Queryable } from '../connection/pool.ts';
import { answerBytesMax, jsonBytes } from './page.ts';
import { foundCallColumns } from './search-calls.ts';
import type { FoundCall } from './search-calls.ts';

/** A call with what became of it in each queue, and its agents. Times are ISO 8601. */
export interface CallDetails extends FoundCall {
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
  /** Not all visits, segments or agents are there: they would be too large an answer. */
  readonly more: boolean;
}

/** SQL: a time inside JSON, as the others are read. */
const iso = (column: string): string => `'${column}', to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const plain = (column: string): string => `'${column}', ${column}`;

/** Of each of the three lists that belong to a call. */
const listBytesMax = Math.floor(answerBytesMax / 3);

interface CallList {
  readonly table: string;
  readonly order: string;
  readonly times: readonly string[];
  readonly others: readonly string[];
}

/** SQL: the rows that belong to a call ($1) as JSON, in bytes up to $3, and whether there are more. */
const listOf = ({ table, order, times, others }: CallList): string => `(
  select coalesce(json_agg(json_build_object(${[...others.map(plain), ...times.map(iso)].join()}) order by ${order})
      filter (where bytes <= $3::int), '[]') as list,
    coalesce(bool_or(bytes > $3), false) as more
  from (
    select *, sum(256 + ${jsonBytes(`concat(${others.join()})`)}) over (order by ${order}) as bytes
    from ${table} where call_id = $1) sized)`;

const visits = listOf({
  ...{ table: 'visits', order: 'n', times: ['waiting_at', 'ended_at'] },
  others: ['queue', 'outcome', 'wait_ms', 'actor'],
});
const segments = listOf({
  ...{ table: 'segments', order: 'n', times: ['rang_at', 'entered_at', 'ended_at'] },
  others: ['actor', 'number', 'queue', 'end_reason'],
});
const agents = listOf({
  ...{ table: '(select *, left_last_at as left_at from call_agents) a', order: 'entered_at, actor' },
  ...{ times: ['entered_at', 'left_at'], others: ['actor', 'number', 'queue'] },
});

/**
 * The call; null if it is unknown or in none of `visibleQueues` (null: all may be seen). Of visits, segments and agents the
 * first ones, in bytes up to a third of {@link answerBytesMax} each.
 */
export async function readCall(
  db: Queryable,
  { callId, visibleQueues }: { readonly callId: string; readonly visibleQueues: readonly string[] | null },
): Promise<CallDetails | null> {
  const { rows } = await db.query<CallDetails>({
    name: 'read-call',
    text: `
      select ${foundCallColumns}, v.list as visits, s.list as segments, a.list as agents, v.more or s.more or a.more as more
      from (select * from calls where call_id = $1::text and ($2::text[] is null or queue = any($2))) c,
        lateral ${visits} v, lateral ${segments} s, lateral ${agents} a`,
    values: [callId, visibleQueues, listBytesMax],
  });
  return rows[0] ?? null;
}
