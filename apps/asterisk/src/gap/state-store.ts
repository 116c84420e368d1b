import { join } from 'node:path';
import { checkDatabase, DamagedFile, isDamaged, markTorn, openCheckedDatabase, transaction } from '@callstream/spool';
import { z } from 'zod';
import type { OpenEntry, StateChanges } from './open-state.ts';

/** What is open at the PBX, on disk: after a restart it says which calls ended meanwhile. */
export interface StateStore extends Disposable {
  /** Checks the file: a damaged one is replaced, and nothing is open. */
  readonly load: () => Map<string, OpenEntry>;
  /** What begins, before its event is stored: in doubt until `save`, so that a crash or a full buffer between loses nothing. */
  readonly saveBegun: (begun: StateChanges['begun']) => void;
  /** What is different, after the events are stored. */
  readonly save: (changed: StateChanges['changed']) => void;
}

export interface StateStoreOptions {
  /** The folder of the buffer, which is private and locked. */
  readonly folder: string;
  /** A damaged file was renamed to this one. */
  readonly onDamaged: (file: string) => void;
}

const StoredEntry = z.object({
  kind: z.enum(['call', 'waiting', 'ringing', 'talking', 'member']),
  call: z.string(),
  fields: z.record(z.string(), z.string()),
  isInDoubt: z.literal(true).exactOptional(),
}) satisfies z.ZodType<OpenEntry>;

/** @throws {Error} if the file is not writable */
export function openStateStore({ folder, onDamaged }: StateStoreOptions): StateStore {
  const file = join(folder, 'open.db');
  let table: OpenTable | null = null;
  const opened = (): OpenTable => (table ??= openTable(file));
  const close = (): void => {
    table?.close();
    table = null;
  };
  const load = (): Map<string, OpenEntry> => {
    try {
      return opened().load();
    } catch (error) {
      if (!isDamaged(error)) throw error;
      close();
      markTorn(file);
      onDamaged(`${file}.torn`);
      return opened().load();
    }
  };
  load();
  return {
    load,
    saveBegun: (begun) =>
      opened().save([...begun].map(([key, entry]) => [key, Object.assign({}, entry, { isInDoubt: true })])),
    save: (changed) => opened().save([...changed]),
    [Symbol.dispose]: close,
  };
}

type OpenTable = ReturnType<typeof openTable>;

function openTable(file: string) {
  const schema = 'create table if not exists open (key text primary key, entry text not null) without rowid;';
  const db = openCheckedDatabase(file, { schema, synchronous: 'normal' });
  const put = db.prepare('insert into open values (?, ?) on conflict (key) do update set entry = excluded.entry');
  const remove = db.prepare('delete from open where key = ?');
  const select = db.prepare('select key, entry from open');
  return {
    load: () => {
      checkDatabase(db);
      const rows = select.all() as { key: string; entry: string }[];
      return new Map(rows.map(({ key, entry }) => [key, parseEntry(entry)]));
    },
    save: (entries: readonly (readonly [string, OpenEntry | null])[]) => {
      if (entries.length === 0) return;
      transaction(db, () => {
        for (const [key, entry] of entries)
          if (entry === null) remove.run(key);
          else put.run(key, JSON.stringify(entry));
      });
    },
    close: () => db.close(),
  };
}

function parseEntry(json: string): OpenEntry {
  try {
    return StoredEntry.parse(JSON.parse(json));
  } catch (error) {
    throw new DamagedFile('An entry of the file is not what was written.', { cause: error });
  }
}
