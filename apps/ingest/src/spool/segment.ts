import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';
import type { SpooledRecord } from './messages.ts';

/** How long a file that somebody else has locked (a backup, an open `sqlite3`) is waited for, in ms. */
const busyTimeoutMs = 10_000;

const schema = `
  create table if not exists records (
    lane integer not null, id integer not null, at integer not null, bytes integer not null,
    topic text not null, key text not null, value blob not null, headers text not null,
    primary key (lane, id)) without rowid;
  create table if not exists drained (lane integer primary key, id integer not null);`;

/** What of a lane is still to be sent. */
interface PendingPartition {
  records: number;
  /** The last one that was sent. */
  drainedId: number;
  /** When the first one that is still to be sent came, in ms since 1970. */
  headAt: number;
}

export interface SpoolSegment {
  readonly file: string;
  /** Rows that are still to be sent, by lane. */
  readonly lanes: ReadonlyMap<number, Readonly<PendingPartition>>;
  /** What it was given, in bytes; rows that were sent count until it is removed. */
  readonly bytes: () => number;
  /** All of them on disk when this returns, or none. @throws {Error} of SQLite, e.g. when the disk is full */
  readonly append: (records: readonly SpooledRecord[]) => void;
  /** The first records of a lane that are still to be sent, at least one if there is any. */
  readonly read: (lane: number, limits: { records: number; bytes: number }) => StoredRecord[];
  /** The records of `lane` up to `id` need not be sent again. */
  readonly drained: (lane: number, id: number, records: number) => void;
  readonly close: () => void;
  readonly remove: () => void;
}

interface StoredRecord {
  readonly id: number;
  readonly record: SpooledRecord;
}

/**
 * One SQLite file. Rows are never deleted, since SQLite cannot on a full disk: the whole file goes when all of it was sent.
 * @throws {Error} if the file is none of ours, or torn
 */
export function openSegment(file: string): SpoolSegment {
  const db = openDatabase(file, { timeout: busyTimeoutMs });
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = full;');
    db.exec(schema);
    const [check] = db.prepare('pragma quick_check(1)').all();
    if (check?.['quick_check'] !== 'ok') throw new Error(`The file is torn: ${String(check?.['quick_check'])}`);
    return segmentOf(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite keeps a database in three files. */
const suffixes = ['', '-wal', '-shm'];

export function removeFile(file: string): void {
  for (const suffix of suffixes) rmSync(file + suffix, { force: true });
}

/** What it has cannot be trusted, but somebody may want to look at it. */
export function markTorn(file: string): void {
  for (const suffix of suffixes) if (existsSync(file + suffix)) renameSync(file + suffix, `${file}${suffix}.torn`);
}

function segmentOf(db: DatabaseSync, file: string): SpoolSegment {
  const sums = db.prepare(`
    select r.lane, coalesce(d.id, 0) as drained, max(r.id) as last, sum(bytes) as bytes,
      sum(r.id > coalesce(d.id, 0)) as records
    from records r left join drained d on d.lane = r.lane group by r.lane`);
  const insert = db.prepare('insert into records values (?, ?, ?, ?, ?, ?, ?, ?)');
  const select = db.prepare(`
    select id, at, bytes, topic, key, value, headers from records where lane = ? and id > ? order by id limit ?`);
  const mark = db.prepare('insert into drained values (?, ?) on conflict (lane) do update set id = excluded.id');
  const head = db.prepare('select at from records where lane = ? and id > ? order by id limit 1');
  const headAt = (lane: number, drainedId: number): number => (head.get(lane, drainedId)?.['at'] ?? 0) as number;

  const lanes = new Map<number, PendingPartition>();
  let bytes = 0;
  let lastId = 0;
  for (const row of sums.all() as { lane: number; drained: number; last: number; bytes: number; records: number }[]) {
    lanes.set(row.lane, { records: row.records, drainedId: row.drained, headAt: headAt(row.lane, row.drained) });
    bytes += row.bytes;
    lastId = Math.max(lastId, row.last);
  }
  const laneOf = (number: number): PendingPartition => {
    const lane = lanes.get(number) ?? { records: 0, drainedId: 0, headAt: 0 };
    lanes.set(number, lane);
    return lane;
  };
  return {
    file,
    lanes,
    bytes: () => bytes,
    append: (records) => {
      let id = lastId;
      db.exec('begin immediate');
      try {
        for (const { lane, at, bytes, topic, key, value, headers } of records)
          insert.run(lane, ++id, at, bytes, topic, key, value, headers);
        db.exec('commit');
      } catch (error) {
        if (db.isTransaction) db.exec('rollback');
        throw error;
      }
      lastId = id;
      for (const record of records) {
        const lane = laneOf(record.lane);
        if (lane.records++ === 0) lane.headAt = record.at;
        bytes += record.bytes;
      }
    },
    read: (lane, limits) => {
      const found: StoredRecord[] = [];
      let size = 0;
      for (const row of select.iterate(lane, laneOf(lane).drainedId, limits.records)) {
        const { id, ...record } = row as unknown as Omit<SpooledRecord, 'lane'> & { id: number };
        size += record.bytes;
        if (found.length > 0 && size > limits.bytes) break;
        found.push({ id, record: { lane, ...record } });
      }
      return found;
    },
    drained: (lane, id, records) => {
      const of = laneOf(lane);
      of.drainedId = id;
      of.records -= records;
      if (of.records > 0) of.headAt = headAt(lane, id);
      // Lost with the power, or on a full disk, it is only sent twice: not worth waiting for the disk.
      try {
        db.exec('pragma synchronous = normal');
        mark.run(lane, id);
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
