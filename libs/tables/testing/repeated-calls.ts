import { inTransaction } from '../src/connection/transaction.ts';
import { poolOf } from '../src/connection/tables.ts';
import type { Tables } from '../src/index.ts';
import { copyCalls } from '../src/rebuild/copy-calls.ts';
import { callShapes, eventsOfShape, shapeBegin, shapeNumber, shapePartition } from './call-shapes.ts';
import { copyBytes, copyEvents } from './copy-events.ts';
import { factsOfCall } from './facts-of-call.ts';

export const repeatedTables = ['events', 'calls', 'visits', 'segments'] as const;
export type RepeatedTable = (typeof repeatedTables)[number];

/** Beginning of the uuids of a shape's events; two digits follow. */
const shapeUuid = '00000000-0000-8000-8000-0000000000';

/** Events of a call follow each other in the log. */
export const offsetsPerCall = 16;

/**
 * SQL: the columns of a row `p` of a shape that are different in a call `c` of this shape. Times move by `c.shift`; all others
 * stay. The formats have the texts in the order of the call's id, number, and so on.
 */
const changed: Readonly<Record<RepeatedTable, Readonly<Record<string, string>>>> = {
  events: {
    uuid: `(c.uuid || right(p.uuid::text, 2))::uuid`,
    id: 'p.id + c.first_id',
    call_id: 'c.call_id',
    body: `format(p.format, c.call_id, c.their_number, to_char(p.at + c.shift, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::jsonb`,
  },
  calls: {
    id: 'p.id + c.first_id',
    last_id: 'p.last_id + c.first_id',
    call_id: 'c.call_id',
    their_number: 'c.their_number',
    facts: `format(p.format, c.uuid, c.their_number, c.first_id + ${shapePartition}, round(extract(epoch from c.begins_at) * 1000))`,
  },
  visits: { call_id: 'c.call_id' },
  segments: { call_id: 'c.call_id' },
};

/** SQL: `text` as a format in which these texts are its variables. */
const formatOf = (text: string, variables: readonly string[]): string =>
  variables.reduce((sql, variable, i) => `replace(${sql}, ${variable}, '%${i + 1}$s')`, text);

/** SQL: what a row of a shape has besides its columns. */
const formats: Readonly<Record<RepeatedTable, string>> = {
  events: formatOf('body::text', ['call_id', `'${shapeNumber}'`, `body ->> 'timestamp'`]),
  calls: `replace(${formatOf('facts', [`'${shapeUuid}'`, `'${shapeNumber}'`])}, ' ~${shapePartition} ${shapeBegin} ', ' ~%3$s %4$s ')`,
  visits: 'null',
  segments: 'null',
};

/** Writes a call of each shape as a rebuild does, and moves its rows aside. The tables must be empty and without keys. */
export async function writeShapes(db: Tables): Promise<void> {
  const shapes = callShapes.map((_, shape) => eventsOfShape(shape, { offset: 0, uuid: shapeUuid }));
  await copyEvents(db, shapes.map(copyBytes));
  await inTransaction(db, (client) => copyCalls(client, shapes.map(factsOfCall)));
  for (const table of repeatedTables)
    await poolOf(db).query(`
      create unlogged table shape_${table} as
        select *, substr(call_id, ${'shape.'.length + 1})::int as shape, ${formats[table]} as format from ${table};
      create index on shape_${table} (shape);
      analyze shape_${table};
      truncate ${table}`);
}

/**
 * Repeats the shapes by turns: a call begins at each of these moments (ms since 1970, ascending), with the rows that a projector
 * would write for its events, in these tables. `first` numbers the first call.
 */
export async function repeatShapes(
  db: Tables,
  begins: readonly number[],
  { first, tables }: { readonly first: number; readonly tables: readonly RepeatedTable[] },
): Promise<void> {
  await poolOf(db).query('drop table if exists repeated_calls');
  await poolOf(db).query(
    `create unlogged table repeated_calls as
     select i, (i::bigint * 7919 % ${callShapes.length})::int as shape, 'year.' || i as call_id, 11900000000 + i % 99999999 as their_number,
       i::bigint * ${offsetsPerCall} * 4096 as first_id, at as begins_at, at - to_timestamp(${shapeBegin / 1_000}) as shift,
       overlay(overlay(regexp_replace(left(md5('year.' || i), 30), '^(.{8})(.{4})(.{4})(.{4})', '\\1-\\2-\\3-\\4-')
         placing '8' from 15) placing '8' from 20) as uuid
     from unnest($1::float8[]) with ordinality begins (ms, n), lateral (select $2::int + n - 1 as i, to_timestamp(ms / 1000) as at) call`,
    [begins, first],
  );
  await Promise.all(tables.map((table) => repeatRows(db, table)));
}

/** Drops what {@link writeShapes} and {@link repeatShapes} need. */
export async function dropShapes(db: Tables): Promise<void> {
  await poolOf(db).query(`drop table repeated_calls, ${repeatedTables.map((table) => `shape_${table}`).join()}`);
}

async function repeatRows(db: Tables, table: RepeatedTable): Promise<void> {
  const { rows } = await poolOf(db).query<{ name: string; isTime: boolean }>(
    `select attname as name, atttypid = 'timestamptz'::regtype as "isTime" from pg_attribute
     where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [table],
  );
  const values = rows.map(({ name, isTime }) => changed[table][name] ?? (isTime ? `p.${name} + c.shift` : `p.${name}`));
  // Without "offset 0", the planner may not take the calls in their order.
  await poolOf(db).query(
    `insert into ${table} select ${values.join()}
     from (select * from repeated_calls order by i) c, lateral (select * from shape_${table} where shape = c.shape offset 0) p`,
  );
}
