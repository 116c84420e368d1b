import type { Tables } from '../connection/tables.ts';
import { UnsupportedPostgres } from '../connection/unsupported-postgres.ts';
import { checkSessionsAreKept } from './pooling.ts';
import { rightsProblem } from './rights.ts';
import type { TablesUse } from './rights.ts';
import { timeZoneProblem } from './time-zone.ts';

export interface DatabaseRequirements {
  readonly use: TablesUse;
  /** IANA name in which days are counted. */
  readonly timeZone?: string;
}

/**
 * Checks what every start needs of Postgres. (Each connection checks version and encoding itself.) The pool must have two
 * connections.
 * @throws {UnsupportedPostgres} with each problem and its remedy
 */
export async function checkDatabase(db: Tables, { use, timeZone }: DatabaseRequirements): Promise<void> {
  await checkSessionsAreKept(db);
  const problems = [await rightsProblem(db, use), timeZone === undefined ? null : await timeZoneProblem(db, timeZone)];
  const found = problems.filter((problem) => problem !== null);
  if (found.length > 0) throw new UnsupportedPostgres(found.join('\n'));
}
