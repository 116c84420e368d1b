import type pg from 'pg';
import { Tables } from '../src/connection/tables.ts';

/** Tables that fail with `error`: when a connection is made, or with each query. A real server has no such errors of ours. */
export function failingTables(error: Error, when: 'connecting' | 'querying'): Tables {
  const client = { query: () => Promise.reject(error), release: () => undefined };
  const connect = () => (when === 'connecting' ? Promise.reject(error) : Promise.resolve(client));
  return new Tables({ connect } as unknown as pg.Pool);
}
