import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { liveSchema, verifySchema } from '../connection/schema-names.ts';
import { inTransaction } from '../connection/transaction.ts';
import { shapeOf } from '../buckets/bucket-tables.ts';
import { bucketsOf } from '../buckets/levels.ts';
import { bucketTables, tableNames } from '../projection/schemas.ts';
import type { BucketTable, TableName } from '../projection/schemas.ts';
import { readPositions } from '../read/positions.ts';
import type { Position } from '../read/positions.ts';

/** The tables whose rows are compared. */
export const comparedTables = [...tableNames, ...bucketTables] as const;
export type ComparedTable = TableName | BucketTable;

const bucketKey = (table: BucketTable): string =>
  `jsonb_build_array(${['minutes', 'begins_at', ...shapeOf(table).keys].map((name) => `t.${name}`).join(', ')})`;
/** SQL: the key of the row `t` as JSON. */
const keys = {
  events: 'jsonb_build_array(t.uuid)',
  calls: 'jsonb_build_array(t.call_id)',
  visits: 'jsonb_build_array(t.call_id, t.n)',
  segments: 'jsonb_build_array(t.call_id, t.n)',
  agents: 'jsonb_build_array(t.actor, t.queue)',
  agent_sessions: 'jsonb_build_array(t.actor, t.queue, t.began_at)',
  visit_buckets: bucketKey('visit_buckets'),
  call_buckets: bucketKey('call_buckets'),
  talk_buckets: bucketKey('talk_buckets'),
  agent_buckets: bucketKey('agent_buckets'),
} as const satisfies Record<ComparedTable, string>;

/** The marks of the live tables: what they mark is older than the other tables, and not compared. */
const liveMarks = `${verifySchema}.live_marks`;
const createLiveMarks = `create table ${liveMarks} as
  select distinct b.minutes, b.begins_at from ${liveSchema}.bucket_marks m, lateral ${bucketsOf('m.begins_at')} b (minutes, begins_at)`;
const isUnmarked = `(t.minutes, t.begins_at) not in (select minutes, begins_at from ${liveMarks})`;

export const isBucketTable = (table: ComparedTable): boolean => (bucketTables as readonly string[]).includes(table);

/** SQL: key and hash of every row of a table. */
const hashes = (schema: string, table: ComparedTable): string =>
  `select (${keys[table]})::text collate "C" as key, hashtextextended(t::text, 0) as hash from ${schema}.${table} t` +
  (isBucketTable(table) ? ` where ${isUnmarked}` : '');

interface HashedRows {
  /** Of the moment of the hashes. */
  readonly positions: readonly Position[];
  /** Number of buckets that are not compared, because what they count has changed since; the same of each table of buckets. */
  readonly skippedBuckets: number;
}

/** Stores the hash of every live row in the verify schema, all as of one moment. */
export async function hashLiveRows(db: Tables): Promise<HashedRows> {
  return inTransaction(db, async (client, connection) => {
    await client.query('set transaction isolation level repeatable read');
    // First, because it blocks a swap until everything is read.
    const positions = await readPositions(connection, liveSchema);
    await client.query(createLiveMarks);
    for (const table of comparedTables)
      await client.query(`create table ${verifySchema}.live_${table} as ${hashes(liveSchema, table)}`);
    const { rows } = await client.query<{ count: number }>(`select count(*) from ${liveMarks}`);
    return { positions, skippedBuckets: rows[0]?.count ?? 0 };
  });
}

interface Checksum {
  readonly rows: number;
  /** Sum of all rows' hashes, independent of their order; 16 hexadecimal digits. */
  readonly sum: string;
}

export interface Difference {
  /** JSON array of the key's columns. */
  readonly key: string;
  /** The row as it is now in the live tables, which may have changed since; null if there is none. */
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly rebuilt: Readonly<Record<string, unknown>> | null;
}

export interface Comparison {
  readonly table: ComparedTable;
  readonly live: Checksum;
  readonly rebuilt: Checksum;
  /** Number of rows that differ. */
  readonly different: number;
  /** The first of them, ordered by key. */
  readonly first: readonly Difference[];
}

/** Compares the hashes of {@link hashLiveRows} with the tables of the verify schema. `firstMax`: most rows in `first`. */
export async function compareTable(db: Tables, table: ComparedTable, firstMax: number): Promise<Comparison> {
  await sqlOf(db).query(`create table ${verifySchema}.rebuilt_${table} as ${hashes(verifySchema, table)}`);
  const live = await checksum(db, `live_${table}`);
  const rebuilt = await checksum(db, `rebuilt_${table}`);
  if (live.sum === rebuilt.sum && live.rows === rebuilt.rows) return { table, live, rebuilt, different: 0, first: [] };
  const differing = `${verifySchema}.live_${table} l full join ${verifySchema}.rebuilt_${table} r using (key) where l.hash is distinct from r.hash`;
  const { rows } = await sqlOf(db).query<{ different: number }>(`select count(*) as different from ${differing}`);
  const { rows: first } = await sqlOf(db).query<Difference>(
    `select d.key, (select to_jsonb(t) from ${liveSchema}.${table} t where ${keys[table]} = d.key::jsonb) as live,
       (select to_jsonb(t) from ${verifySchema}.${table} t where ${keys[table]} = d.key::jsonb) as rebuilt
     from (select key from ${differing} order by key limit $1::int) d order by d.key`,
    [firstMax],
  );
  return { table, live, rebuilt, different: rows[0]?.different ?? 0, first };
}

async function checksum(db: Tables, table: string): Promise<Checksum> {
  const { rows } = await sqlOf(db).query<Checksum>(
    `select count(*) as rows, lpad(to_hex(mod(coalesce(sum(hash::numeric), 0), 9223372036854775783)::bigint), 16, '0') as sum from ${verifySchema}.${table}`,
  );
  return rows[0] ?? { rows: 0, sum: '' };
}
