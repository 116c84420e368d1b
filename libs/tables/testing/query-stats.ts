import type { Tables } from '../src/index.ts';

/** Has Postgres count its statements from its next start on. */
export async function enableStatementStats(db: Tables): Promise<void> {
  await db.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
}

/**
 * How often a gateway has looked at the floor (`countLiveCalls`, `readAgentMarks`, `readAgentSegments`, `countVisits`), and for how long Postgres has worked
 * for that, in ms: its own count, without the way there and back. {@link countStatements} must be in force.
 */
export async function countSnapshotReads(db: Tables): Promise<{ readonly looks: number; readonly ms: number }> {
  await db.query('create extension if not exists pg_stat_statements');
  const { rows } = await db.query<{ looks: number; ms: number }>(`
    select coalesce(sum(calls) filter (where query ~ '"answeredInTime"'), 0)::int as looks,
      coalesce(sum(total_exec_time), 0)::float8 as ms
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database())
      and query ~ '"answeredInTime"|"longestWaitingSince"|"loggedIn"|"callQueue"'`);
  const [counted] = rows;
  if (!counted) throw new Error('Postgres returned no count.');
  return counted;
}
