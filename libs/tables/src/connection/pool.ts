import pg from 'pg';
import { clientConfig, TablesClient } from './client.ts';
import type { TablesClientOptions } from './client.ts';
import { assertPgVersion } from './pipeline.ts';
import { Tables } from './tables.ts';

export interface TablesOptions extends TablesClientOptions {
  /** Most connections; 10 if not given. */
  readonly max?: number;
}

/** `timestamptz` is read as ISO 8601 text in UTC, and `int8` as a number: an event id is a safe integer. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, isoTime);

/** `2026-03-02 13:00:00.5+00` (the session is in UTC) as `2026-03-02T13:00:00.500Z`. */
const toIsoTime = (text: string): string =>
  text.endsWith('infinity') ? text : new Date(text.replace(' ', 'T').replace('+00', 'Z')).toISOString();

/** The last time that was read: the counts of all queues in an interval have the same, and 7,000 conversions take 15 ms. */
let last = { text: '', iso: '' };

function isoTime(text: string): string {
  if (text !== last.text) last = { text, iso: toIsoTime(text) };
  return last.iso;
}

/** A connection pool for the tables of one projection. Connects when first used. @throws {Error} if another version of pg is installed than the pinned one */
export function connectTables(options: TablesOptions): Tables {
  assertPgVersion();
  const { max = 10 } = options;
  // The types of pg lack the argument that a pool passes to the constructor.
  const Client = TablesClient as unknown as new () => pg.ClientBase;
  const pool = new pg.Pool({ Client, ...clientConfig(options), max, types });
  // A lost idle connection fails no query, and the pool opens another. Without a listener the error would end the process.
  pool.on('error', () => undefined);
  return new Tables(pool);
}
