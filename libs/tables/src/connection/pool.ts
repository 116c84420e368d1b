import pg from 'pg';
import { serverAddress, TablesClient } from './client.ts';
import { assertPgVersion } from './pipeline.ts';
import { liveSchema } from './schema-names.ts';
import type { ProjectionSchema } from './schema-names.ts';
import { Tables } from './tables.ts';
import { trackConnectionLoss } from './transaction.ts';

export interface TablesOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Most connections; 10 if not given. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Postgres cancels a statement that takes longer; 0 for no limit. */
  readonly statementTimeoutMs?: number;
  /** The client fails a query whose response takes longer, even if the server or the network hangs; 0 for no limit. */
  readonly queryTimeoutMs?: number;
  /** Postgres rolls back a transaction that is idle for longer, and closes its connection; 0 for no limit. */
  readonly idleInTransactionTimeoutMs?: number;
  /** `search_path` of the connections; the live projection if not given. */
  readonly schema?: ProjectionSchema;
}

/** `timestamptz` is read as ISO 8601 text in UTC, and `int8` as a number: an event id is a safe integer. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => isoTime(text));

/** `2026-03-02 13:00:00.5+00` (the session is in UTC) as `2026-03-02T13:00:00.500Z`. */
const isoTime = (text: string): string =>
  text.endsWith('infinity') ? text : new Date(text.replace(' ', 'T').replace('+00', 'Z')).toISOString();

/** A connection pool for the tables of one projection. Connects when first used. @throws {Error} if another version of pg is installed than the pinned one */
export function connectTables({
  url,
  max = 10,
  applicationName,
  statementTimeoutMs = 0,
  queryTimeoutMs = 0,
  idleInTransactionTimeoutMs = 0,
  schema = liveSchema,
}: TablesOptions): Tables {
  assertPgVersion();
  const pool = new pg.Pool({
    Client: TablesClient,
    ...serverAddress(url),
    max,
    types,
    options: `-c search_path=${schema} -c timezone=UTC`,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
  });
  pool.on('connect', trackConnectionLoss);
  // A lost idle connection fails no query, and the pool opens another. Without a listener the error would end the process.
  pool.on('error', () => undefined);
  return new Tables(pool);
}
