import { readFileSync } from 'node:fs';

const tables = readFileSync(new URL('../src/delegation/tables.sql', import.meta.url), 'utf8');

/**
 * Creates the claims of the delegator. They are no part of the projection: no rebuild, swap or rollback touches them.
 * @param {import('node-pg-migrate').MigrationBuilder} pgm
 */
export function up(pgm) {
  pgm.sql(`set local search_path = callstream; ${tables} set local search_path = public`);
}

export const down = false;
