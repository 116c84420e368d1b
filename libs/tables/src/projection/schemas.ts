import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sqlOf } from '../connection/tables.ts';
import type { Sql, Tables } from '../connection/tables.ts';
import { discardedSchema, liveSchema, nextSchema, previousSchema, verifySchema } from '../connection/schema-names.ts';
import type { ProjectionSchema } from '../connection/schema-names.ts';
import { inTransaction } from '../connection/transaction.ts';

const read = (name: string): Promise<string> => readFile(new URL(`./${name}.sql`, import.meta.url), 'utf8');

/** The SQL files of a projection, in the order in which they are executed. */
const sqlFiles = ['tables', 'buckets', 'indexes', 'keys', 'views', 'functions', 'grants'] as const;
type ProjectionSql = Readonly<Record<(typeof sqlFiles)[number], string>>;

export async function readProjectionSql(): Promise<ProjectionSql> {
  return Object.fromEntries(await Promise.all(sqlFiles.map(async (name) => [name, await read(name)]))) as ProjectionSql;
}

/** SQL: the rights of the delegator on a projection, and on its claims. No part of the fingerprint. */
export const readDelegatorGrants = (): Promise<string> => read('../delegation/grants');

/** Hash of the SQL files, stored as the comment of the schema: shows whether this code created the tables. */
async function schemaFingerprint(): Promise<string> {
  return `callstream ${createHash('sha256')
    .update(Object.values(await readProjectionSql()).join('\n'))
    .digest('hex')
    .slice(0, 16)}`;
}

/** Tables of a projection, besides `positions` and {@link bucketTables}. */
export const tableNames = ['events', 'calls', 'visits', 'segments', 'agents', 'agent_sessions'] as const;
export type TableName = (typeof tableNames)[number];

/** Tables with counts of the others. */
export const bucketTables = ['visit_buckets', 'call_buckets', 'talk_buckets', 'agent_buckets'] as const;
export type BucketTable = (typeof bucketTables)[number];

const alterEachTable = (change: string): string =>
  tableNames.map((table) => `alter table ${table} ${change};`).join(' ');
/**
 * SQL before a fill: duplicate deliveries get a table of their own, and autovacuum is off, because it would block adding
 * the keys for a second and take CPU from the fill.
 */
export const beforeFill = `create table if not exists events_again (like events including constraints); ${alterEachTable('set (autovacuum_enabled = off)')}`;
export const afterFill = `drop table events_again; ${alterEachTable('reset (autovacuum_enabled)')}`;

/** Creates the schema with bare tables, ready to be filled by COPY. `completeProjection` then makes them usable. */
export async function createBareProjection(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { tables, buckets } = await readProjectionSql();
  await inTransaction(db, async (client) => {
    await client.query(
      `create schema ${schema}; set local search_path = ${schema}; ${tables} ${buckets} ${beforeFill}`,
    );
    await recordFingerprint(client, schema);
  });
}

/** Records on `schema` that this code created its tables. */
export async function recordFingerprint(sql: Sql, schema: ProjectionSchema): Promise<void> {
  await sql.query(`comment on schema ${schema} is '${await schemaFingerprint()}'`);
}

/**
 * Grants the rights of grants.sql on the existing projections, for roles that were created later. Tables that other code
 * created keep the grants of that code, and get ours with a rebuild; the delegator may read them all.
 */
export async function grantAccess(db: Tables): Promise<void> {
  const { grants } = await readProjectionSql();
  const delegatorGrants = await readDelegatorGrants();
  for (const { schema, complete, current } of await readSchemas(db))
    if (complete)
      await inTransaction(db, (client) =>
        client.query(`set local search_path = ${schema}; ${current ? grants : ''} ${delegatorGrants}`),
      );
}

export async function dropProjection(db: Tables, schema: ProjectionSchema): Promise<void> {
  await sqlOf(db).query(`drop schema if exists ${schema} cascade`);
}

export interface SchemaState {
  readonly schema: ProjectionSchema;
  /** Has its indexes. Without them, a rebuild is still filling it. */
  readonly complete: boolean;
  /** Whether the running code would create the same tables. */
  readonly current: boolean;
  /** On disk, including indexes. */
  readonly bytes: number;
}

/** The projections that exist. */
export async function readSchemas(db: Tables): Promise<SchemaState[]> {
  const { rows } = await sqlOf(db).query<SchemaState>(
    `select n.nspname as schema,
       exists (select from pg_constraint k where k.connamespace = n.oid and k.conname = 'events_pkey') as complete,
       coalesce(obj_description(n.oid, 'pg_namespace') = $2::text, false) as current,
       coalesce((select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relnamespace = n.oid and c.relkind = 'r'), 0)::bigint as bytes
     from pg_namespace n where n.nspname = any($1::text[]) order by n.nspname`,
    [[liveSchema, nextSchema, previousSchema, verifySchema, discardedSchema], await schemaFingerprint()],
  );
  return rows;
}
