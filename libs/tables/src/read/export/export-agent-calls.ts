import type { Queryable } from '../../connection/tables.ts';
import { exportPageSql, inPage, readExportPage } from './export-page.ts';
import type { ExportPage, ExportPageOptions } from './export-page.ts';

export interface ExportAgentCallsOptions extends ExportPageOptions {
  /** Only those of these agents. */
  readonly actors?: readonly string[] | undefined;
}

/** A time of an agent on a call. Times are ISO 8601. */
export interface ExportedAgentCall {
  readonly call_id: string;
  readonly n: number;
  readonly actor: string;
  /** The agent's extension. */
  readonly number: string | null;
  /** The queue through which the agent got the call. */
  readonly queue: string | null;
  readonly direction: string | null;
  readonly their_number: string | null;
  readonly rang_at: string | null;
  readonly entered_at: string;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  /** From `entered_at` to `ended_at`. */
  readonly on_call_ms: number | null;
}

/** SQL: ms that an agent was on a call; null while the agent is on it. */
export const onCallMs = (segment: string): string => `
  case when ${segment}.ended_at is not null then
    greatest(0, round(extract(epoch from ${segment}.ended_at - ${segment}.entered_at) * 1000))::bigint end`;

const text = exportPageSql({
  from: `
    select s.entered_at as page_at, s.call_id as page_id, s.n::bigint as page_n, s.call_id, s.n, s.actor, s.number, s.queue,
      c.direction, c.their_number, s.rang_at, s.entered_at, s.ended_at, s.end_reason, ${onCallMs('s')} as on_call_ms
    from segments s join calls c on c.call_id = s.call_id
    where ${inPage('s.entered_at', 's.call_id', 's.n::bigint')}
      and ($8::text[] is null or coalesce(s.queue, '') = any($8)) and ($9::text[] is null or c.queue = any($9))
      and ($10::text[] is null or s.actor = any($10))
    order by s.entered_at, s.call_id, s.n limit $6::int + 1`,
  columns: `call_id, n, actor, number, queue, direction, their_number, rang_at, entered_at, ended_at, end_reason,
    on_call_ms`,
  texts: 'call_id, actor, number, queue, direction, their_number',
});

/** The times that agents were on calls, of a period in which they entered them. */
export const exportAgentCalls = (
  db: Queryable,
  options: ExportAgentCallsOptions,
): Promise<ExportPage<ExportedAgentCall>> => {
  const { queues, visibleQueues, actors } = options;
  return readExportPage(db, options, { text, values: [queues ?? null, visibleQueues, actors ?? null] });
};
