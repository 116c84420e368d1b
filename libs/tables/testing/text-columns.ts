import type { Queryable, Tables } from '../src/index.ts';
import { sqlOf } from '../src/connection/tables.ts';

/** A column of variable length. */
export interface TextColumn {
  readonly table: string;
  readonly column: string;
  readonly kind: 'table' | 'view';
  /** The limit in its comment ("At most 512 bytes."); null without one. */
  readonly bytesMax: number | null;
}

/** Every column of the projection whose type has variable length, except numbers. */
export async function textColumns(db: Queryable): Promise<TextColumn[]> {
  const { rows } = await sqlOf(db).query<Omit<TextColumn, 'bytesMax'> & { meaning: string | null }>(
    `select c.relname as table, a.attname as column, case c.relkind when 'v' then 'view' else 'table' end as kind,
       col_description(c.oid, a.attnum) as meaning
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_type t on t.oid = a.atttypid
     where c.relnamespace = 'projection'::regnamespace and c.relkind in ('r', 'p', 'm', 'v') and t.typlen = -1 and t.typcategory <> 'N'
     order by c.relkind, c.relname, a.attnum`,
  );
  return rows.map(({ meaning, ...column }) => ({ ...column, bytesMax: limitIn(meaning ?? '') }));
}

function limitIn(meaning: string): number | null {
  const found = /At most ([\d,]+) bytes/.exec(meaning)?.[1];
  return found === undefined ? null : Number(found.replaceAll(',', ''));
}

export interface TextIndex {
  readonly index: string;
  readonly table: string;
  /** Columns that it uses, also in expressions and conditions. */
  readonly columns: readonly string[];
}

/** Every index of the projection. */
export async function indexColumns(db: Tables): Promise<TextIndex[]> {
  const { rows } = await sqlOf(db).query<TextIndex>(
    `select i.relname as index, t.relname as table, array_agg(distinct a.attname::text) as columns
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
       join pg_attribute a on a.attrelid = t.oid
     where t.relnamespace = 'projection'::regnamespace
       and (a.attnum = any(x.indkey) or exists (
         select from pg_depend d where d.objid = i.oid and d.refobjid = t.oid and d.refobjsubid = a.attnum))
     group by i.relname, t.relname`,
  );
  return rows;
}

/** Length of the longest value in bytes; 0 if there is none. */
export async function longestOf(db: Tables, { table, column }: Pick<TextColumn, 'table' | 'column'>): Promise<number> {
  const { rows } = await sqlOf(db).query<{ bytes: number | null }>(
    `select max(octet_length(${column}::text)) as bytes from ${table}`,
  );
  return rows[0]?.bytes ?? 0;
}
