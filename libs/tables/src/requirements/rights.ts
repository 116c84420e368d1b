import { liveSchema } from '../connection/schema-names.ts';
import { sqlOf } from '../connection/tables.ts';
import type { Tables } from '../connection/tables.ts';
import { bucketTables, tableNames } from '../projection/schemas.ts';

/** What a user of the tables does, which decides the rights that it needs. */
export type TablesUse = 'migrate' | 'rebuild' | 'project' | 'serve' | 'delegate';

const roles = {
  migrate: 'callstream_migrator',
  rebuild: 'callstream_migrator',
  project: 'callstream_projector',
  serve: 'callstream_gateway',
  delegate: 'callstream_delegator',
} as const satisfies Record<TablesUse, string>;

interface TableRight {
  readonly table: string;
  readonly privilege: string;
}

const everyTable = ['positions', ...tableNames];
const countTables = ['bucket_marks', ...bucketTables];
const on = (privilege: string, tables: readonly string[]): TableRight[] =>
  tables.map((table) => ({ table, privilege }));

/** The rights of grants.sql. */
const tableRights = {
  migrate: [],
  rebuild: [],
  project: [
    ...on('SELECT', [...everyTable, ...countTables]),
    ...on('UPDATE', everyTable),
    ...on('INSERT', [...tableNames, ...countTables]),
    ...on('DELETE', ['visits', 'segments', 'agent_sessions', ...countTables]),
  ],
  serve: on('SELECT', [...everyTable, ...countTables]),
  delegate: on('SELECT', ['calls', 'visits', 'segments', 'events']),
} as const satisfies Record<TablesUse, readonly TableRight[]>;

/** Tables of the projection that do not exist are left out: the error of their first use has its own remedy. */
const readMissing = `
  with live as (select oid, nspowner from pg_namespace where nspname = '${liveSchema}')
  select missing from (
    select 1 as position, 'CREATE on the database' as missing
    where $1::text in ('migrate', 'rebuild') and not has_database_privilege(current_database(), 'CREATE')
      and ($1 = 'rebuild' or not exists (select from live))
    union all
    select 2, 'TEMPORARY on the database'
    where $1 = 'rebuild' and not has_database_privilege(current_database(), 'TEMPORARY')
    union all
    select 3, 'ownership of the schema ${liveSchema}' from live
    where $1 in ('migrate', 'rebuild') and not pg_has_role(nspowner, 'USAGE')
    union all
    select 4, 'USAGE on the schema ${liveSchema}' from live
    where $1 in ('project', 'serve', 'delegate') and not has_schema_privilege(live.oid, 'USAGE')
    union all
    select 5, wanted.privilege || ' on ' || wanted.relation
    from unnest($2::text[], $3::text[]) wanted (relation, privilege)
    join live on true join pg_class c on c.relnamespace = live.oid and c.relname = wanted.relation
    where not has_table_privilege(c.oid, wanted.privilege)
    union all
    select 6, privilege || ' on callstream.delegations'
    from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) privilege, pg_class c join pg_namespace n on n.oid = c.relnamespace
    where $1 = 'delegate' and n.nspname = 'callstream' and c.relname = 'delegations'
      and not (has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, privilege))
  ) rights order by position, missing`;

const noClaims = 'The table callstream.delegations does not exist. Create it: npm run projector -- migrate';

/** By the catalogue: it may be read without rights on the schema. */
const claimsExist = `
  select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'callstream' and c.relname = 'delegations') as exist`;

/** Why the user cannot do `use`: its missing rights or table, and the remedy; null if it has all. */
export async function rightsProblem(db: Tables, use: TablesUse): Promise<string | null> {
  if (use === 'delegate') {
    const { rows } = await sqlOf(db).query<{ exist: boolean }>(claimsExist);
    if (rows[0]?.exist !== true) return noClaims;
  }
  const rights: readonly TableRight[] = tableRights[use];
  const { rows } = await sqlOf(db).query<{ missing: string }>(readMissing, [
    use,
    rights.map(({ table }) => table),
    rights.map(({ privilege }) => privilege),
  ]);
  if (rows.length === 0) return null;
  const { rows: users } = await sqlOf(db).query<{ name: string }>('select current_user as name');
  return `The user "${users[0]?.name}" lacks rights: ${rows.map(({ missing }) => missing).join(', ')}. Make it a member of ${roles[use]} (libs/tables/src/roles.sql), then, as a member of ${roles.migrate}: npm run projector -- migrate`;
}
