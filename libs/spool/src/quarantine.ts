import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isDamaged, markTorn, openDatabase } from './database.ts';
import type { SpooledRecord } from './messages.ts';

export interface Quarantine {
  readonly add: (record: SpooledRecord, reason: string) => void;
  readonly count: () => number;
  readonly close: () => void;
}

/** The file of the quarantined records. */
export const quarantineFile = 'refused.db';

const create = `create table if not exists refused (
  at integer not null, reason text not null, topic text not null, key text not null, value blob not null, headers text not null)`;

/**
 * Keeps records that their receiver rejects permanently, e.g. because they are too large for the topic, with the reason. A damaged
 * file is renamed to `*.torn`.
 */
export function openQuarantine(dir: string): Quarantine {
  const opened = openRefused(join(dir, quarantineFile));
  const { db } = opened;
  let { records } = opened;
  return {
    add: ({ at, topic, key, value, headers }, reason) => {
      db.exec(create);
      db.prepare('insert into refused values (?, ?, ?, ?, ?, ?)').run(at, reason, topic, key, value, headers);
      records++;
    },
    count: () => records,
    close: () => db.close(),
  };
}

function openRefused(file: string): { readonly db: DatabaseSync; readonly records: number } {
  const db = openDatabase(file);
  try {
    return { db, records: countRecords(db) };
  } catch (error) {
    db.close();
    if (!isDamaged(error)) throw error;
    markTorn(file);
    return { db: openDatabase(file), records: 0 };
  }
}

function countRecords(db: DatabaseSync): number {
  const tables = db.prepare(`select name from sqlite_schema where name = 'refused'`).all().length;
  return tables === 0 ? 0 : Number(db.prepare('select count(*) as records from refused').get()?.['records']);
}
