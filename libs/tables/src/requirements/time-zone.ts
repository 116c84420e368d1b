import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';

/**
 * Why Postgres cannot count days in this time zone; null if it can. Its list of names is asked, because `at time zone` also
 * takes abbreviations and POSIX forms: it reads `-03:00` as three hours ahead of UTC.
 */
export async function timeZoneProblem(db: Tables, name: string): Promise<string | null> {
  const { rows } = await sqlOf(db).query('select from pg_timezone_names where lower(name) = lower($1::text)', [name]);
  return rows.length > 0
    ? null
    : `Postgres does not know the time zone TIME_ZONE=${name}. Set TIME_ZONE to an IANA name that it knows, e.g. America/Sao_Paulo; its list: select name from pg_timezone_names`;
}
