import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFileMode } from '@callstream/files';
import { commandOf } from '@callstream/stack';

type LockOwner = { pid: number; command: string };

/**
 * Makes this process the only start on `dataDir`. What a killed start left behind does not count.
 * @throws {Error} in one line, if another one runs.
 */
export function lockFolder(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'start.lock');
  const holder = readHolder(file);
  if (holder !== null && commandOf(holder.pid) === holder.command) {
    throw new Error(
      `callstream already runs on ${dataDir} (process ${holder.pid}). Stop it, or set DATA_DIR and other ports to run another.`,
    );
  }
  rmSync(file, { force: true });
  const mine: LockOwner = { pid: process.pid, command: commandOf(process.pid) ?? '' };
  writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: privateFileMode }); // fails if another start was faster
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function readHolder(file: string): LockOwner | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockOwner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return null; // not there, or torn by a crash
    throw new Error(
      `${file} belongs to another user: start callstream as that user, or set DATA_DIR to another folder.`,
      {
        cause: error,
      },
    );
  }
}
