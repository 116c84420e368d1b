import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseSyncOptions } from 'node:sqlite';
import { privateFileMode } from '@callstream/files';

/** A file of the spool is closed to the user that this process runs as. */
export class NotFileOwner extends Error {
  override readonly name = 'NotOurs';
}

/**
 * Opens a database of the spool. SQLite would make its file readable for everybody (0644, less the umask); it gives the
 * modes of that file to its journal, -wal and -shm.
 * @throws {NotOurs} if we may not write it
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
