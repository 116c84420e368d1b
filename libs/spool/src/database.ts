import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { DatabaseSyncOptions } from 'node:sqlite';
import { privateFileMode } from '@callstream/files';

/** This process must not write a file of the spool, because another user owns it. */
export class NotFileOwner extends Error {
  override readonly name = 'NotFileOwner';
}

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
