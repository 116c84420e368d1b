import { join } from 'node:path';
import { openDatabase } from './database.ts';
import type { SpooledRecord } from './messages.ts';

export interface Quarantine {
  readonly add: (record: SpooledRecord, reason: string) => void;
  readonly count: () => number;
  readonly close: () => void;
}

/** Keeps records that their receiver rejects permanently, e.g. because they are too large for the topic, with the reason. */
export function openQuarantine(dir: string): Quarantine {
  const db = openDatabase(join(dir, 'refused.db'));
  const create = `create table if not exists refused (
    at integer not null, reason text not null, topic text not null, key text not null, value blob not null, headers text not null)`;
  const tables = db.prepare(`select name from sqlite_schema where name = 'refused'`).all().length;
  let records = tables === 0 ? 0 : Number(db.prepare('select count(*) as records from refused').get()?.['records']);
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
