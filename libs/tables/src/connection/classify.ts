import pg from 'pg';
import { CallsMoved, ConnectionLost } from './transaction.ts';

/**
 * What can be done about a failure of the tables.
 * - transient: it passes by itself. Retry.
 * - data: Postgres does not take the values of these rows. If it takes an ordinary event, one record is the reason, and it is
 *   dead-lettered; if not, the code is.
 * - deploy: code, tables, rights or settings do not fit each other, whatever the record. Stop.
 * - unknown: somebody has to look. Stop.
 */
export type Failure = 'transient' | 'data' | 'deploy' | 'unknown';

/**
 * By SQLSTATE; the first that matches counts.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const failures: readonly (readonly [RegExp, Failure])[] = [
  // Connection; read-only: a standby that is not yet promoted; transaction or idle timeout; serialisation, deadlock.
  [/^(08...|25006|25P0[34]|4000[13]|40P01)$/, 'transient'],
  // Resources, lock timeout, object in use, cancelled, shut down, input or output of the server.
  [/^(53...|55006|55P03|57...|58030)$/, 'transient'],
  // A unique violation: the upserts leave no room for one, so the index is not ours.
  [/^23505$/, 'deploy'],
  // Cardinality, data exception, integrity constraint, check option, a limit such as that of index entries.
  [/^(21|22|23|44|54)...$/, 'data'],
  // Rights, password, database, schema; no such table or column, syntax, not supported.
  [/^(0A|28|3D|3F|42)...$/, 'deploy'],
];

/** Decided by its code, never by the text of its message. */
export function classify(error: unknown): Failure {
  if (error instanceof ConnectionLost || error instanceof CallsMoved) return 'transient';
  if (!(error instanceof pg.DatabaseError)) return 'unknown';
  const { code = '' } = error;
  return failures.find(([states]) => states.test(code))?.[1] ?? 'unknown';
}

/** Whether the statement was cancelled because it took longer than it may. */
export const isStatementTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '57014';
