import { readFile } from 'node:fs/promises';

const read = (name) => readFile(new URL(`../src/projection/${name}.sql`, import.meta.url), 'utf8');
const [tables, buckets, indexes, keys, views, functions] = await Promise.all(
  ['tables', 'buckets', 'indexes', 'keys', 'views', 'functions'].map(read),
);

/**
 * Creates the first projection, empty. Its schema is never migrated again: it is derived from the log, so a rebuild creates
 * the tables in their new shape (docs/decisions/0005).
 * @param {import('node-pg-migrate').MigrationBuilder} pgm
 */
export function up(pgm) {
  pgm.sql(`create schema projection; set local search_path = projection;
    ${tables} ${buckets} ${indexes} ${keys} ${views} ${functions}
    set local search_path = public`);
}

export const down = false;
