import { tableNames } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import { poolOf, readProjectionSql } from '@callstream/tables/testing';

/** The live tables with their rows, as SQL that `client.query` can run on an empty database. */
export async function dumpTables(db: Tables): Promise<string> {
  const client = await poolOf(db).connect();
  try {
    await client.query(`set timezone = 'UTC'`);
    const rowsOf = async (sql: string): Promise<string[]> =>
      (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
    const insert = async (table: string): Promise<string> => {
      const rows = await rowsOf(`
        select format('select (%L::${table}).*', t::text) as line from projection.${table} t order by t`);
      return `insert into ${table}\n${rows.join('\nunion all\n')};`;
    };
    const inserts: string[] = [];
    for (const table of ['positions', ...tableNames]) inserts.push(await insert(table));
    const [comment = ''] = await rowsOf(
      `select quote_literal(obj_description('projection'::regnamespace, 'pg_namespace')) as line`,
    );
    const applied = await rowsOf(
      `select format('insert into migrations (name, run_on) values (%L, %L);', name, '2026-03-02') as line from callstream.migrations order by id`,
    );
    return [
      'create schema callstream;',
      'set search_path = callstream;',
      'create table migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null);',
      ...applied,
      'create schema projection;',
      `comment on schema projection is ${comment};`,
      'set search_path = projection;',
      ...Object.values(await readProjectionSql()),
      ...inserts,
      '',
    ].join('\n');
  } finally {
    client.release();
  }
}
