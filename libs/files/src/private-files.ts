import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** Mode of a file with data, passwords or logs: only its owner may read it. */
export const privateFileMode = 0o600;
const privateFolderMode = 0o700;
/** Mode bits of group and others. */
const othersBits = 0o077;

/**
 * Creates `folder` if it is missing, and makes it and its content accessible to its owner only: older versions of
 * callstream created files with the modes of the umask. Folders above keep their modes. Modes of files that belong to
 * another user cannot be changed: `warn` gets one line about all of them.
 * @throws {Error} with the remedy, if this user may not read the folder
 */
export function makePrivateFolder(folder: string, warn: (reason: string) => void): void {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: privateFolderMode });
  // Windows has no such modes; there, a user's own folders are private by default.
  if (process.platform === 'win32') return;
  checkAccess(folder);
  const unchanged = restrict(realpathSync(folder));
  if (unchanged.length === 0) return;
  warn(
    `Other users of this machine may read ${unchanged.length} files or folders in ${folder}, whose mode cannot be changed: they ` +
      `belong to another user, or are on a file system without modes. The first is ${unchanged[0] ?? ''}. As their owner run: chmod -R go= ${folder}`,
  );
}

/**
 * Runs `start` with a umask that gives other users no rights. A child process inherits it: Node forks before spawn() and
 * execFile() return. `start` is synchronous, so this process creates no other files meanwhile.
 */
export function withPrivateUmask<T>(start: () => T): T {
  const previous = process.umask(othersBits);
  try {
    return start();
  } finally {
    process.umask(previous);
  }
}

function checkAccess(folder: string): void {
  try {
    readdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    throw new Error(
      `${folder} belongs to user ${statSync(folder).uid}, and user ${process.geteuid?.() ?? ''} may not read it (EACCES): run this as its owner.`,
      { cause: error },
    );
  }
}

/** Restricts a file, or a folder with its content. Does not follow links, because their targets are not ours. @returns paths that keep their modes */
function restrict(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat || stat.isSymbolicLink()) return [];
  const unchanged = restrictMode(path, stat) ? [] : [path];
  if (!stat.isDirectory()) return unchanged;
  return [...unchanged, ...namesIn(path).flatMap((name) => restrict(join(path, name)))];
}

function restrictMode(path: string, stat: Stats): boolean {
  if ((stat.mode & othersBits) === 0) return true;
  try {
    chmodSync(path, stat.isDirectory() ? privateFolderMode : privateFileMode);
    // Some file systems ignore chmod without an error.
    return (lstatSync(path).mode & othersBits) === 0;
  } catch (error) {
    // A database may have removed its journal meanwhile.
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
