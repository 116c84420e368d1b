import type { Queryable } from '../../connection/tables.ts';
import { exportPageSql, inPage, readExportPage } from './export-page.ts';
import type { ExportPage, ExportPageOptions } from './export-page.ts';

export interface ExportAgentSessionsOptions extends ExportPageOptions {
  /** Only those of these agents. */
  readonly actors?: readonly string[] | undefined;
  /**
   * ISO 8601: sessions that began before count as if they had begun then, so that a period which begins then has those that
   * went on in it. Undefined: none of them.
   */
  readonly overlappingFrom?: string | undefined;
}

/** A time that an agent was logged in to a queue, or paused there. Times are ISO 8601. */
export interface ExportedAgentSession {
  readonly actor: string;
  readonly queue: string;
  readonly state: string;
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  readonly pause_reason: string | null;
  /** null while it goes on. */
  readonly duration_ms: number | null;
}

const pageAt = 'greatest(s.began_at, $11::timestamptz)';

const text = exportPageSql({
  from: `
    select ${pageAt} as page_at, jsonb_build_array(s.actor, s.queue)::text collate "C" as page_id, 0::bigint as page_n, s.*,
      round(extract(epoch from s.ended_at - s.began_at) * 1000)::bigint as duration_ms
    from agent_sessions s
    where tstzrange(s.began_at, s.ended_at) && tstzrange($1::timestamptz, $2::timestamptz)
      and ${inPage(pageAt, 'jsonb_build_array(s.actor, s.queue)::text collate "C"', '0::bigint')}
      and s.state <> 'logged_out' and ($8::text[] is null or s.queue = any($8)) and ($9::text[] is null or s.queue = any($9))
      and ($10::text[] is null or s.actor = any($10))
    order by 1, 2, 3 limit $6::int + 1`,
  columns: 'actor, queue, state, began_at, ended_at, end_reason, pause_reason, duration_ms',
  texts: 'actor, queue, pause_reason',
});

/** The times that agents were logged in or paused, which began in a period, or with `overlappingFrom` went on in it. */
export const exportAgentSessions = (
  db: Queryable,
  options: ExportAgentSessionsOptions,
): Promise<ExportPage<ExportedAgentSession>> => {
  const { queues, visibleQueues, actors, overlappingFrom } = options;
  return readExportPage(db, options, {
    text,
    values: [queues ?? null, visibleQueues, actors ?? null, overlappingFrom ?? null],
  });
};
