import type { DatabaseSync } from 'node:sqlite';
import { openCheckedDatabase, removeFile, transaction } from './database.ts';
import type { SpooledRecord } from './messages.ts';

/** `lane`: the partition, see {@link SpooledRecord.partition}. `drained`: the last record that was sent. */
const schema = `
  create table if not exists records (
    lane integer not null, id integer not null, at integer not null, bytes integer not null,
    topic text not null, key text not null, value blob not null, headers text not null,
    primary key (lane, id)) without rowid;
  create table if not exists drained (lane integer primary key, id integer not null);`;

/** The records of a partition that are to be sent. */
interface PendingPartition {
  records: number;
  /** Id of the last record that was sent. */
  drainedId: number;
  /** When the first record to send was received, in ms since 1970. */
  headAt: number;
}

export interface SpoolSegment {
  readonly file: string;
  /** Records to send, by partition. */
  readonly pending: ReadonlyMap<number, Readonly<PendingPartition>>;
  /** Size of all records, in bytes; those that were sent count until the file is removed. */
  readonly bytes: () => number;
  /** Commits all records to the disk, or none. @throws {Error} of SQLite, e.g. when the disk is full */
  readonly append: (records: readonly SpooledRecord[]) => void;
  /** The next records of a partition; at least one if there is any, whatever its size. */
  readonly read: (partition: number, limits: { records: number; bytes: number }) => StoredRecord[];
  /** The `records` records of `partition` up to `id` were sent. */
  readonly markDrained: (partition: number, id: number, records: number) => void;
  readonly close: () => void;
  readonly remove: () => void;
}

interface StoredRecord {
  readonly id: number;
  readonly record: SpooledRecord;
}

/**
 * One SQLite file. Rows are never deleted, because SQLite cannot delete on a full disk: the file is removed when all of its
 * records were sent.
 * @throws {Error} if the file is corrupt or not writable
 */
export function openSegment(file: string): SpoolSegment {
  const db = openCheckedDatabase(file, { schema, synchronous: 'full' });
  try {
    return segmentOf(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
}

function segmentOf(db: DatabaseSync, file: string): SpoolSegment {
  const statements = prepare(db);
  const { pending, ...sums } = readSums(db, statements);
  let { bytes, lastId } = sums;
  const pendingOf = (partition: number): PendingPartition => {
    const found = pending.get(partition) ?? { records: 0, drainedId: 0, headAt: 0 };
    pending.set(partition, found);
    return found;
  };
  return {
    file,
    pending,
    bytes: () => bytes,
    append: (records) => {
      lastId = insertAll(db, statements.insert, { records, lastId });
      for (const record of records) {
        const of = pendingOf(record.partition);
        if (of.records++ === 0) of.headAt = record.at;
        bytes += record.bytes;
      }
    },
    read: (partition, limits) => {
      const found: StoredRecord[] = [];
      let size = 0;
      for (const row of statements.select.iterate(partition, pendingOf(partition).drainedId, limits.records)) {
        const { id, ...record } = row as unknown as Omit<SpooledRecord, 'partition'> & { id: number };
        size += record.bytes;
        if (found.length > 0 && size > limits.bytes) break;
        found.push({ id, record: { partition, ...record } });
      }
      return found;
    },
    markDrained: (partition, id, records) => {
      const of = pendingOf(partition);
      of.drainedId = id;
      of.records -= records;
      if (of.records > 0) of.headAt = statements.headAt(partition, id);
      // Not synced to the disk: if the mark is lost in a power cut or on a full disk, the records are only sent twice.
      try {
        db.exec('pragma synchronous = normal');
        statements.mark.run(partition, id);
      } catch {
        return;
      } finally {
        db.exec('pragma synchronous = full');
      }
    },
    close: () => db.close(),
    remove: () => {
      db.close();
      removeFile(file);
    },
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: DatabaseSync) {
  const head = db.prepare('select at from records where lane = ? and id > ? order by id limit 1');
  return {
    insert: db.prepare('insert into records values (?, ?, ?, ?, ?, ?, ?, ?)'),
    select: db.prepare(`
      select id, at, bytes, topic, key, value, headers from records where lane = ? and id > ? order by id limit ?`),
    mark: db.prepare('insert into drained values (?, ?) on conflict (lane) do update set id = excluded.id'),
    headAt: (partition: number, drainedId: number) => (head.get(partition, drainedId)?.['at'] ?? 0) as number,
  };
}

/** What the file has when it is opened. */
function readSums(db: DatabaseSync, { headAt }: Pick<Statements, 'headAt'>) {
  const sums = db.prepare(`
    select r.lane, coalesce(d.id, 0) as drained, max(r.id) as last, sum(bytes) as bytes,
      sum(r.id > coalesce(d.id, 0)) as records
    from records r left join drained d on d.lane = r.lane group by r.lane`);
  const pending = new Map<number, PendingPartition>();
  let bytes = 0;
  let lastId = 0;
  for (const row of sums.all() as { lane: number; drained: number; last: number; bytes: number; records: number }[]) {
    pending.set(row.lane, { records: row.records, drainedId: row.drained, headAt: headAt(row.lane, row.drained) });
    bytes += row.bytes;
    lastId = Math.max(lastId, row.last);
  }
  return { pending, bytes, lastId };
}

/** Inserts all records in one transaction. @returns the id of the last one */
function insertAll(
  db: DatabaseSync,
  insert: Statements['insert'],
  { records, lastId }: { records: readonly SpooledRecord[]; lastId: number },
): number {
  let id = lastId;
  transaction(db, () => {
    for (const { partition, at, bytes, topic, key, value, headers } of records)
      insert.run(partition, ++id, at, bytes, topic, key, value, headers);
  });
  return id;
}
