import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import type { Tables } from '../connection/pool.ts';
import { inTransaction } from '../connection/transaction.ts';

/** Schema that holds the live projection. */
export const liveSchema = 'projection';
/** Filled by a rebuild, then swapped with the live one. */
export const nextSchema = 'projection_next';
/** What was live before the last swap. */
export const previousSchema = 'projection_previous';
/** Filled by a verification, then dropped. */
export const verifySchema = 'projection_verify';
/** What a swap has left over; dropped as soon as nobody reads it. */
export const discardedSchema = 'projection_discarded';

export type ProjectionSchema =
  typeof liveSchema | typeof nextSchema | typeof previousSchema | typeof verifySchema | typeof discardedSchema;

const read = (name: string): Promise<string> => readFile(new URL(`./${name}.sql`, import.meta.url), 'utf8');

/** The files of a projection, in the order in which they are run. */
const sqlFiles = ['tables', 'indexes', 'keys', 'views', 'functions', 'grants'] as const;
type ProjectionSql = Readonly<Record<(typeof sqlFiles)[number], string>>;

/** The SQL of a projection. */
export async function readProjectionSql(): Promise<ProjectionSql> {
  return Object.fromEntries(await Promise.all(sqlFiles.map(async (part) => [part, await read(part)]))) as ProjectionSql;
}

/** Tells tables of this code from those of another: the hash of their SQL, kept as the comment of the schema. */
async function schemaFingerprint(): Promise<string> {
  return `callstream ${createHash('sha256')
    .update(Object.values(await readProjectionSql()).join('\n'))
    .digest('hex')
    .slice(0, 16)}`;
}

/** Tables of a projection, besides `positions`. */
export const tableNames = ['events', 'calls', 'visits', 'segments', 'agents'] as const;
export type TableName = (typeof tableNames)[number];

const alterEachTable = (change: string): string =>
  tableNames.map((table) => `alter table ${table} ${change};`).join(' ');
/**
 * What is different while tables are filled: deliveries of events that are there already have a table of their own, and
 * autovacuum waits; it would hold up the keys for a second, and take the CPU of the fill.
 */
export const beforeFill = `create table if not exists events_again (like events including constraints); ${alterEachTable('set (autovacuum_enabled = off)')}`;
export const afterFill = `drop table events_again; ${alterEachTable('reset (autovacuum_enabled)')}`;

/** Makes the tables, in a schema of their own, ready to be filled with COPY. `completeProjection` makes them ready to be used. */
export async function createBareProjection(db: Tables, schema: ProjectionSchema): Promise<void> {
  const { tables } = await readProjectionSql();
  await inTransaction(db, async (client) => {
    await client.query(`create schema ${schema}; set local search_path = ${schema}; ${tables} ${beforeFill}`);
    await recordFingerprint(client, schema);
  });
}

/** Says of the tables in `schema` that this code made them. */
export async function recordFingerprint(db: Pick<ClientBase, 'query'>, schema: ProjectionSchema): Promise<void> {
  await db.query(`comment on schema ${schema} is '${await schemaFingerprint()}'`);
}

/**
 * Gives the roles what they may do with the projections that are there; for roles that were created later. Tables that
 * other code made have the grants of that code, and get ours with a rebuild.
 */
export async function grantAccess(db: Tables): Promise<void> {
  const { grants } = await readProjectionSql();
  for (const { schema, complete, current } of await readSchemas(db))
    if (complete && current)
      await inTransaction(db, (client) => client.query(`set local search_path = ${schema}; ${grants}`));
}

export async function dropProjection(db: Pick<ClientBase, 'query'>, schema: ProjectionSchema): Promise<void> {
  await db.query(`drop schema if exists ${schema} cascade`);
}

export interface SchemaState {
  readonly schema: ProjectionSchema;
  /** Has its indexes. Without them, a rebuild is filling it. */
  readonly complete: boolean;
  /** Whether the code that runs now would make the same tables. */
  readonly current: boolean;
  /** On disk, with indexes. */
  readonly bytes: number;
}

/** The projections that there are. */
export async function readSchemas(db: Tables): Promise<SchemaState[]> {
  const { rows } = await db.query<SchemaState>(
    `select n.nspname as schema,
       exists (select from pg_constraint k where k.connamespace = n.oid and k.conname = 'events_pkey') as complete,
       coalesce(obj_description(n.oid, 'pg_namespace') = $2::text, false) as current,
       coalesce((select sum(pg_total_relation_size(c.oid)) from pg_class c where c.relnamespace = n.oid and c.relkind = 'r'), 0)::bigint as bytes
     from pg_namespace n where n.nspname = any($1::text[]) order by n.nspname`,
    [[liveSchema, nextSchema, previousSchema, verifySchema, discardedSchema], await schemaFingerprint()],
  );
  return rows;
}
