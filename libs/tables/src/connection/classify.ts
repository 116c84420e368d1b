import pg from 'pg';
import { CallsMoved, ConnectionLost } from './transaction.ts';
import { UnsupportedPostgres } from './unsupported-postgres.ts';

/**
 * How to handle an error of Postgres.
 * - transient: retry.
 * - data: Postgres rejects the values of these rows. If it accepts an ordinary event, the cause is one record, which is
 *   dead-lettered; otherwise the cause is the code.
 * - deploy: code, tables, rights or settings do not match, whatever the record. Stop.
 * - unknown: an operator has to look. Stop.
 */
export type Failure = 'transient' | 'data' | 'deploy' | 'unknown';

/**
 * By SQLSTATE; the first match wins.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const failures: readonly (readonly [RegExp, Failure])[] = [
  // Connection; read-only: a standby that is not yet promoted; transaction or idle timeout; serialisation failure, deadlock.
  [/^(08...|25006|25P0[34]|4000[13]|40P01)$/, 'transient'],
  // Insufficient resources, object in use, lock timeout, query cancelled or server shutdown, I/O error.
  [/^(53...|55006|55P03|57...|58030)$/, 'transient'],
  // A unique violation cannot come from our upserts, so the index is not ours.
  [/^23505$/, 'deploy'],
  // Cardinality, data exception, integrity constraint, check option, a limit such as the size of an index entry.
  [/^(21|22|23|44|54)...$/, 'data'],
  // Rights, password, database, schema; no such table or column, syntax error, not supported.
  [/^(0A|28|3D|3F|42)...$/, 'deploy'],
];

/** Decides by the error's SQLSTATE, never by its message. */
export function classify(error: unknown): Failure {
  if (error instanceof ConnectionLost || error instanceof CallsMoved) return 'transient';
  if (error instanceof UnsupportedPostgres) return 'deploy';
  if (!(error instanceof pg.DatabaseError)) return 'unknown';
  const { code = '' } = error;
  return failures.find(([states]) => states.test(code))?.[1] ?? 'unknown';
}

/** Whether the server refuses whatever is sent: it starts, stops, is a standby, or has no connection left. */
export const isServerUnavailable = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(?:08...|57P0.|53300|25006)$/.test(error.code ?? '');

/** Whether Postgres cancelled the statement because of `statement_timeout`. */
export const isStatementTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '57014';
