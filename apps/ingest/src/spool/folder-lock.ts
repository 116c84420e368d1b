import { join } from 'node:path';
import { openDatabase } from './database.ts';

/** Each spool has it, from its first start on. */
export const lockFile = 'owner.db';

/**
 * Makes this process the only one that uses the folder: by a lock of the system on a file, which goes with the process,
 * also with one that is killed.
 * @throws {Error} if another process has it
 */
export function lockFolder(dir: string): { close: () => void } {
  const db = openDatabase(join(dir, lockFile), { timeout: 0 });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    throw new Error(
      `The spool in ${dir} is used by another process that runs. Stop that one, or give each instance of ingest a DATA_DIR of its own.`,
      { cause: error },
    );
  }
  return { close: () => db.close() };
}

/** SQLITE_BUSY. @see https://www.sqlite.org/rescode.html */
const sqliteBusy = 5;
