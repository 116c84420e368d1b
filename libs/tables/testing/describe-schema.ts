import type { Tables } from '../src/index.ts';
import { poolOf } from '../src/connection/tables.ts';

/** A column of a table or view, with the comments on both; null without a comment. */
export interface ColumnDescription {
  readonly table: string;
  readonly kind: 'table' | 'view';
  readonly about: string | null;
  readonly column: string;
  readonly type: string;
  readonly meaning: string | null;
}

/** Every column of the schema, ordered by table and position. */
export async function describeSchema(db: Tables, schema: string): Promise<ColumnDescription[]> {
  const { rows } = await poolOf(db).query<ColumnDescription>(
    `select c.relname as table, case c.relkind when 'v' then 'view' else 'table' end as kind,
       obj_description(c.oid, 'pg_class') as about, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
       col_description(c.oid, a.attnum) as meaning
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'v')
     order by c.relkind desc, c.relname, a.attnum`,
    [schema],
  );
  return rows;
}
