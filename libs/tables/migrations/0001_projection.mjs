import { readFile } from 'node:fs/promises';

const read = (name) => readFile(new URL(`../src/projection/${name}.sql`, import.meta.url), 'utf8');
const [tables, indexes, keys, views, functions] = await Promise.all(
  ['tables', 'indexes', 'keys', 'views', 'functions'].map(read),
);

/**
 * The first projection, still empty. Its schema is not migrated further: it is a view of the log, and what changes in it
 * comes with a rebuild (docs/decisions/0005).
 * @param {import('node-pg-migrate').MigrationBuilder} pgm
 */
export function up(pgm) {
  pgm.sql(`create schema projection; set local search_path = projection;
    ${tables} ${indexes} ${keys} ${views} ${functions}
    set local search_path = public`);
}

export const down = false;
