import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** Mode of a file with data, passwords or logs: no other user may read it. */
export const privateFileMode = 0o600;
const privateFolderMode = 0o700;
/** The rights of group and others. */
const othersBits = 0o077;

/**
 * Makes `folder` where it is missing, and takes all rights to it, and to everything in it, from other users: an older
 * version, or a careless umask, may have left them. Folders above it keep their modes. Files of another owner cannot be
 * changed: `warn` gets one line about all of them.
 * @throws {Error} with the remedy, if the folder belongs to somebody else and is closed to us
 */
export function makePrivateFolder(folder: string, warn: (reason: string) => void): void {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: privateFolderMode });
  // Windows has no such modes. What is in a user's own folders is closed to other users there.
  if (process.platform === 'win32') return;
  checkAccess(folder);
  const left = close(realpathSync(folder));
  if (left.length === 0) return;
  warn(
    `Other users of this machine can get at ${left.length} files or folders in ${folder}, which belong to another user or ` +
      `are on a file system without modes; the first is ${left[0] ?? ''}. As their owner: chmod -R go= ${folder}`,
  );
}

/**
 * Runs `start` with a umask under which other users get no rights. A process that is started keeps it. Node forks before
 * spawn() and execFile() return, so nothing else of this process is created meanwhile.
 */
export function withPrivateUmask<T>(start: () => T): T {
  const before = process.umask(othersBits);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}

function checkAccess(folder: string): void {
  try {
    readdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    throw new Error(
      `${folder} belongs to user ${statSync(folder).uid}, and user ${process.geteuid?.() ?? ''} may not use it: run this as its owner.`,
      { cause: error },
    );
  }
}

/** Closes a file, or a folder and what is in it. Links are not followed: what they lead to is not ours. @returns what could not be closed */
function close(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat || stat.isSymbolicLink()) return [];
  const left = closeOne(path, stat) ? [] : [path];
  return stat.isDirectory() ? [...left, ...namesIn(path).flatMap((name) => close(join(path, name)))] : left;
}

function closeOne(path: string, stat: Stats): boolean {
  if ((stat.mode & othersBits) === 0) return true;
  try {
    chmodSync(path, stat.isDirectory() ? privateFolderMode : privateFileMode);
    // Some file systems take the new mode, and keep the old one.
    return (lstatSync(path).mode & othersBits) === 0;
  } catch (error) {
    // A database removes its journal while we look.
    return codeOf(error) === 'ENOENT';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['EACCES', 'ENOENT'].includes(codeOf(error))) return [];
    throw error;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
