import { join } from 'node:path';
import { openDatabase } from '@callstream/spool';
import type { OpenEntry, StateChange } from './open-state.ts';

/** What is open at the PBX, on disk: after a restart it says which calls ended meanwhile. */
export interface StateStore extends Disposable {
  readonly load: () => Map<string, OpenEntry>;
  /** What begins is to be saved before its event is stored, what ends after it: a crash between leaves an entry too many, never one too few. */
  readonly save: (changes: readonly StateChange[]) => void;
}

/** In the folder of the buffer, which is private and locked. @throws {Error} if the file is not writable */
export function openStateStore(folder: string): StateStore {
  const db = openDatabase(join(folder, 'open.db'));
  db.exec('pragma journal_mode = wal; pragma synchronous = normal;');
  db.exec('create table if not exists open (key text primary key, entry text not null) without rowid;');
  const put = db.prepare('insert into open values (?, ?) on conflict (key) do update set entry = excluded.entry');
  const remove = db.prepare('delete from open where key = ?');
  const select = db.prepare('select key, entry from open');
  return {
    load: () =>
      new Map(
        (select.all() as { key: string; entry: string }[]).map(({ key, entry }) => [
          key,
          JSON.parse(entry) as OpenEntry,
        ]),
      ),
    save: (changes) => {
      if (changes.length === 0) return;
      db.exec('begin immediate');
      try {
        for (const { key, entry } of changes)
          if (entry === null) remove.run(key);
          else put.run(key, JSON.stringify(entry));
        db.exec('commit');
      } catch (error) {
        if (db.isTransaction) db.exec('rollback');
        throw error;
      }
    },
    [Symbol.dispose]: () => db.close(),
  };
}
