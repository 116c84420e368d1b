import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';
import { jsonBytes, responseBytesMax } from './page.ts';
import { foundCallColumns } from './search-calls.ts';
import type { FoundCall } from './search-calls.ts';

/** A call with its queue visits, segments and agents. Times are ISO 8601. */
export interface CallDetails extends FoundCall {
  /** Ordered by start. */
  readonly visits: readonly {
    readonly queue: string;
    readonly waiting_at: string;
    readonly ended_at: string | null;
    readonly outcome: string;
    readonly wait_ms: number | null;
    /** The agent who answered. */
    readonly actor: string | null;
  }[];
  /** Ordered by start. */
  readonly segments: readonly {
    readonly actor: string;
    readonly number: string | null;
    readonly queue: string | null;
    readonly rang_at: string | null;
    readonly entered_at: string | null;
    readonly ended_at: string | null;
    readonly end_reason: string | null;
  }[];
  /** Each agent once, with the first entry and the last leaving. */
  readonly agents: readonly {
    readonly actor: string;
    readonly number: string | null;
    readonly queue: string | null;
    readonly entered_at: string | null;
    readonly left_at: string | null;
  }[];
  /** Whether visits, segments or agents were truncated to the size limit. */
  readonly more: boolean;
}

/** SQL: a key and an ISO 8601 time for json_build_object. */
const isoField = (column: string): string => `'${column}', to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const field = (column: string): string => `'${column}', ${column}`;

/** Size limit of each of a call's three lists. */
const listBytesMax = Math.floor(responseBytesMax / 3);

interface CallList {
  readonly table: string;
  readonly order: string;
  readonly times: readonly string[];
  readonly fields: readonly string[];
}

/** SQL: the rows of a call ($1) as JSON, up to $3 bytes, and whether there are more. */
const listOf = ({ table, order, times, fields }: CallList): string => `(
  select coalesce(json_agg(json_build_object(${[...fields.map(field), ...times.map(isoField)].join()}) order by ${order})
      filter (where bytes <= $3::int), '[]') as list,
    coalesce(bool_or(bytes > $3), false) as more
  from (
    select *, sum(256 + ${jsonBytes(`concat(${fields.join()})`)}) over (order by ${order}) as bytes
    from ${table} where call_id = $1) sized)`;

const visits = listOf({
  table: 'visits',
  order: 'n',
  times: ['waiting_at', 'ended_at'],
  fields: ['queue', 'outcome', 'wait_ms', 'actor'],
});
const segments = listOf({
  table: 'segments',
  order: 'n',
  times: ['rang_at', 'entered_at', 'ended_at'],
  fields: ['actor', 'number', 'queue', 'end_reason'],
});
const agents = listOf({
  table: '(select *, left_last_at as left_at from call_agents) a',
  order: 'entered_at, actor',
  times: ['entered_at', 'left_at'],
  fields: ['actor', 'number', 'queue'],
});

/**
 * Reads a call; null if it is unknown or in none of `visibleQueues` (null: all queues). Visits, segments and agents are
 * truncated to a third of {@link responseBytesMax} each.
 */
export async function readCall(
  db: Queryable,
  { callId, visibleQueues }: { readonly callId: string; readonly visibleQueues: readonly string[] | null },
): Promise<CallDetails | null> {
  const { rows } = await sqlOf(db).query<CallDetails>({
    name: 'read-call',
    text: `
      select ${foundCallColumns}, v.list as visits, s.list as segments, a.list as agents, v.more or s.more or a.more as more
      from (select * from calls where call_id = $1::text and ($2::text[] is null or queue = any($2))) c,
        lateral ${visits} v, lateral ${segments} s, lateral ${agents} a`,
    values: [callId, visibleQueues, listBytesMax],
  });
  return rows[0] ?? null;
}
