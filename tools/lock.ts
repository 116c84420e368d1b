import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';
import { commandOf } from '@callstream/stack';

interface LockOwner {
  pid: number;
  command: string;
}

/**
 * Locks `dataDir` for this process. The lock of a process that was killed is ignored.
 * @throws {Error} in one line, if another process has the lock
 */
export function lockFolder(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'start.lock');
  const owner = readOwner(file);
  if (owner !== null && commandOf(owner.pid) === owner.command) {
    throw new Error(
      `callstream already runs on ${dataDir} (process ${owner.pid}). Stop it, or set DATA_DIR and other ports to run another.`,
    );
  }
  rmSync(file, { force: true });
  const mine: LockOwner = { pid: process.pid, command: commandOf(process.pid) ?? '' };
  writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: privateFileMode }); // fails if another process was faster
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function readOwner(file: string): LockOwner | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockOwner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return null; // missing, or incomplete after a crash
    throw new Error(
      `${file} belongs to another user: start callstream as that user, or set DATA_DIR to another folder.`,
      {
        cause: error,
      },
    );
  }
}
