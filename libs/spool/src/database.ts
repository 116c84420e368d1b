import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseSyncOptions } from 'node:sqlite';
import { privateFileMode } from '@callstream/files';

/** This process must not write a file of the spool, because another user owns it. */
export class NotFileOwner extends Error {
  override readonly name = 'NotFileOwner';
}

/** A file whose content is damaged. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
}

/** SQLITE_CORRUPT, SQLITE_NOTADB. @see https://www.sqlite.org/rescode.html */
const corruptCodes: ReadonlySet<number> = new Set([11, 26]);

/** Whether the error is about the content of the file, and not about the disk, its rights or a bug. */
export const isDamaged = (error: unknown): boolean =>
  error instanceof DamagedFile ||
  isDamagedInteger(error) ||
  corruptCodes.has(((error as { errcode?: number }).errcode ?? 0) & 0xff);

/**
 * Whether the error is about an integer over 2^53 in a file: node:sqlite throws a RangeError for it, as for a bug, but only a
 * damaged file has one.
 */
export const isDamagedInteger = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_OUT_OF_RANGE';

/**
 * Opens a database of the spool, with a mode that excludes other users. SQLite alone would make the file readable for
 * everybody (0644, less the umask); its journal, -wal and -shm get the mode of the file.
 * @throws {NotFileOwner} if the file is not writable
 */
export function openDatabase(file: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  try {
    closeSync(openSync(file, 'a', privateFileMode));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new NotFileOwner(`${file} belongs to another user: run this as its owner, or give it to this user (chown).`, {
      cause: error,
    });
  }
  return new DatabaseSync(file, options);
}

/** Lock timeout of a file that another process has open (a backup, `sqlite3`), in ms. */
const busyTimeoutMs = 10_000;

export interface CheckedDatabaseOptions {
  /** Statements that create the tables, if they do not exist. */
  readonly schema: string;
  /** `full`: a commit survives a power cut. `normal`: the last ones may be lost in one, but not in a crash of the process. */
  readonly synchronous: 'full' | 'normal';
}

/** Opens a database with its tables, in WAL mode, and checks its content. @throws {Error}, see {@link isDamaged} */
export function openCheckedDatabase(file: string, { schema, synchronous }: CheckedDatabaseOptions): DatabaseSync {
  const db = openDatabase(file, { timeout: busyTimeoutMs });
  try {
    db.exec(`pragma journal_mode = wal; pragma synchronous = ${synchronous};`);
    db.exec(schema);
    checkDatabase(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @throws {DamagedFile} if a page of the file is damaged */
export function checkDatabase(db: DatabaseSync): void {
  const [check] = db.prepare('pragma quick_check(1)').all();
  if (check?.['quick_check'] !== 'ok') throw new DamagedFile(`The file is corrupt: ${String(check?.['quick_check'])}`);
}

/** Commits what `work` writes, or nothing of it. */
export function transaction(db: DatabaseSync, work: () => void): void {
  db.exec('begin immediate');
  try {
    work();
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

/** SQLite keeps a database in three files. */
const suffixes = ['', '-wal', '-shm'];

export function removeFile(file: string): void {
  for (const suffix of suffixes) rmSync(file + suffix, { force: true });
}

/** Renames an unreadable file to `*.torn`: it is not used any more, but an operator may recover records from it. */
export function markTorn(file: string): void {
  for (const suffix of suffixes) if (existsSync(file + suffix)) renameSync(file + suffix, `${file}${suffix}.torn`);
}
