import type { Tables } from '../connection/pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { readPositions } from '../read/positions.ts';
import type { Position } from '../read/positions.ts';
import { liveSchema, tableNames, verifySchema } from '../projection/schemas.ts';
import type { TableName } from '../projection/schemas.ts';

/** What identifies a row, as an SQL expression over the row `t`. */
const keys = {
  events: 'jsonb_build_array(t.uuid)',
  calls: 'jsonb_build_array(t.call_id)',
  visits: 'jsonb_build_array(t.call_id, t.n)',
  segments: 'jsonb_build_array(t.call_id, t.n)',
  agents: 'jsonb_build_array(t.actor, t.queue)',
} as const satisfies Record<TableName, string>;

/** Key and hash of every row of a table. */
const hashes = (schema: string, table: TableName): string =>
  `select (${keys[table]})::text collate "C" as key, hashtextextended(t::text, 0) as hash from ${schema}.${table} t`;

/**
 * Remembers, in the schema of the verification, the hash of every live row, all as of one moment.
 * @returns the positions of that moment
 */
export async function hashLiveRows(db: Tables): Promise<Position[]> {
  return inTransaction(db, async (client) => {
    await client.query('set transaction isolation level repeatable read');
    // First of all: it keeps a swap away until everything is read.
    const positions = await readPositions(client, liveSchema);
    for (const table of tableNames)
      await client.query(`create table ${verifySchema}.live_${table} as ${hashes(liveSchema, table)}`);
    return positions;
  });
}

interface Checksum {
  readonly rows: number;
  /** Of all rows, in any order; 16 hexadecimal digits. */
  readonly sum: string;
}

export interface Difference {
  /** JSON array of what identifies the row. */
  readonly key: string;
  /** The row as it is now in the live tables, which may have moved on; null if there is none. */
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly rebuilt: Readonly<Record<string, unknown>> | null;
}

export interface Comparison {
  readonly table: TableName;
  readonly live: Checksum;
  readonly rebuilt: Checksum;
  /** How many rows differ. */
  readonly different: number;
  /** The first of them, in the order of their keys. */
  readonly first: readonly Difference[];
}

/** Compares what `rememberLive` remembered with the tables of the verification. `firstMax`: most rows that are shown. */
export async function compareTable(db: Tables, table: TableName, firstMax: number): Promise<Comparison> {
  await db.query(`create table ${verifySchema}.rebuilt_${table} as ${hashes(verifySchema, table)}`);
  const live = await checksum(db, `live_${table}`);
  const rebuilt = await checksum(db, `rebuilt_${table}`);
  if (live.sum === rebuilt.sum && live.rows === rebuilt.rows) return { table, live, rebuilt, different: 0, first: [] };
  const differing = `${verifySchema}.live_${table} l full join ${verifySchema}.rebuilt_${table} r using (key) where l.hash is distinct from r.hash`;
  const { rows } = await db.query<{ different: number }>(`select count(*) as different from ${differing}`);
  const { rows: first } = await db.query<Difference>(
    `select d.key, (select to_jsonb(t) from ${liveSchema}.${table} t where ${keys[table]} = d.key::jsonb) as live,
       (select to_jsonb(t) from ${verifySchema}.${table} t where ${keys[table]} = d.key::jsonb) as rebuilt
     from (select key from ${differing} order by key limit $1::int) d order by d.key`,
    [firstMax],
  );
  return { table, live, rebuilt, different: rows[0]?.different ?? 0, first };
}

async function checksum(db: Tables, table: string): Promise<Checksum> {
  const { rows } = await db.query<Checksum>(
    `select count(*) as rows, lpad(to_hex(mod(coalesce(sum(hash::numeric), 0), 9223372036854775783)::bigint), 16, '0') as sum from ${verifySchema}.${table}`,
  );
  return rows[0] ?? { rows: 0, sum: '' };
}
