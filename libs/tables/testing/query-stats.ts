import type { Tables } from '../src/index.ts';
import { poolOf } from '../src/connection/tables.ts';

/** Makes Postgres collect statistics of its statements, once it is restarted. */
export async function enableStatementStats(db: Tables): Promise<void> {
  await poolOf(db).query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
}

/**
 * Number of queue snapshots that gateways have read (`countLiveCalls`, `readAgentMarks`, `readAgentSegments`, `countVisits`, `countCalls`), and
 * the time that Postgres spent on them, in ms, without the network. Needs {@link enableStatementStats}.
 */
export async function countSnapshotReads(db: Tables): Promise<{ readonly reads: number; readonly ms: number }> {
  await poolOf(db).query('create extension if not exists pg_stat_statements');
  const { rows } = await poolOf(db).query<{ reads: number; ms: number }>(`
    select coalesce(sum(calls) filter (where query ~ '"answeredInTime"'), 0)::int as reads,
      coalesce(sum(total_exec_time), 0)::float8 as ms
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
      and query ~ '"answeredInTime"|"longestWaitingSince"|"delayMs"\\s+from agents|"callQueue"|call_outcomes'`);
  const [counted] = rows;
  if (!counted) throw new Error('Postgres returned no count.');
  return counted;
}
