import pg from 'pg';
import { trackConnectionLoss } from './transaction.ts';
import { serverAddress, TablesClient } from './client.ts';
import { liveSchema } from '../projection/schemas.ts';
import type { ProjectionSchema } from '../projection/schemas.ts';

export interface TablesOptions {
  /** `postgres://…` */
  readonly url: string;
  /** Most connections. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** A statement that takes longer is cancelled by the server; 0 for no limit. */
  readonly statementTimeoutMs?: number;
  /** A query whose answer takes longer has failed, whatever the server does (it may hang, or its network); 0 for no limit. */
  readonly answerTimeoutMs?: number;
  /** A transaction that waits longer for its next statement is rolled back and its connection closed; 0 for no limit. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Where unqualified names are looked for: the live projection, or another one. */
  readonly schema?: ProjectionSchema;
}

export type Tables = pg.Pool;

/** What reads need: a connection, or a pool of them. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** `timestamptz` is read as ISO 8601 text in UTC, and `int8` as a number: an event id is a safe integer. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => isoTime(text));

/** `2026-03-02 13:00:00.5+00` (the session is in UTC) as `2026-03-02T13:00:00.500Z`. */
const isoTime = (text: string): string =>
  text.endsWith('infinity') ? text : new Date(text.replace(' ', 'T').replace('+00', 'Z')).toISOString();

/** A pool of connections whose unqualified names are the projection's. Connects when first used. */
export function connectTables({
  url,
  max = 10,
  applicationName,
  statementTimeoutMs = 0,
  answerTimeoutMs = 0,
  idleInTransactionTimeoutMs = 0,
  schema = liveSchema,
}: TablesOptions): Tables {
  const pool = new pg.Pool({
    Client: TablesClient,
    ...serverAddress(url),
    max,
    types,
    options: `-c search_path=${schema} -c timezone=UTC`,
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    ...(applicationName === undefined ? {} : { application_name: applicationName }),
  });
  pool.on('connect', trackConnectionLoss);
  // An idle connection that is lost is no error of anybody's query; the pool opens another.
  pool.on('error', () => undefined);
  return pool;
}
