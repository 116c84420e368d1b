import { readFileSync } from 'node:fs';

// Without `await`: of two migrations at once in one process, the second would get a module that is not evaluated yet.
const read = (name) => readFileSync(new URL(`../src/projection/${name}.sql`, import.meta.url), 'utf8');
const [tables, buckets, indexes, keys, views, functions] = [
  'tables',
  'buckets',
  'indexes',
  'keys',
  'views',
  'functions',
].map(read);

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
