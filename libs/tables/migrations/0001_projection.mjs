import { readFile } from 'node:fs/promises';

const tables = await readFile(new URL('../src/projection.sql', import.meta.url), 'utf8');

/** @param {import('node-pg-migrate').MigrationBuilder} pgm */
export function up(pgm) {
  pgm.sql(`create schema projection; set local search_path = projection; ${tables}; set local search_path = public`);
}

export const down = false;
