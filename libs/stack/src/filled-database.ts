import type { Client } from 'pg';
import { databaseAt } from './database-at.ts';

/** What a test wants to be in its database. */
export interface DatabaseContent {
  /** The same for the same content, as a part of a database's name. */
  readonly name: string;
  readonly fill: (url: string) => Promise<unknown>;
}

/**
 * Has `fill` fill a database once in a test run, also if several processes ask at once.
 * @param server connected to another database
 * @returns the name of that database, for `create database … template`
 */
export async function filledDatabase(server: Client, url: string, { name, fill }: DatabaseContent): Promise<string> {
  const [filled, filling] = [`filled_${name}`, `filling_${name}`];
  // Until the connection ends, or the lock is released.
  await server.query('select pg_advisory_lock(hashtext($1))', [filled]);
  try {
    const { rowCount } = await server.query('select from pg_database where datname = $1', [filled]);
    if (rowCount !== 0) return filled;
    await server.query(`drop database if exists ${filling}`);
    await server.query(`create database ${filling} encoding 'UTF8' template template0`);
    await fill(databaseAt(url, filling));
    await server.query(`alter database ${filling} rename to ${filled}`);
    return filled;
  } finally {
    await server.query('select pg_advisory_unlock(hashtext($1))', [filled]);
  }
}
