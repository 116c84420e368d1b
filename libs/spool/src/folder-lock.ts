import { join } from 'node:path';
import { openDatabase } from './database.ts';

/** The file that is locked. Every spool has it from its first start on. */
export const lockFile = 'owner.db';

/**
 * Locks the folder for this process, by a lock of the operating system on a file: it is released when the process ends, also
 * if it is killed.
 * @throws {Error} if another process still has the lock after `waitMs`
 */
export function lockFolder(dir: string, waitMs: number): { readonly close: () => void } {
  const db = openDatabase(join(dir, lockFile), { timeout: waitMs });
  try {
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    throw new Error(
      `The spool in ${dir} is used by another process that runs. Stop that process, or set a DATA_DIR of its own for each instance.`,
      { cause: error },
    );
  }
  return { close: () => db.close() };
}

/** SQLITE_BUSY. @see https://www.sqlite.org/rescode.html */
const sqliteBusy = 5;
