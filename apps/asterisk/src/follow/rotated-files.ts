import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isOtherCompression, oldestFirst } from '../queue-log/find-files.ts';
import type { QueueLogFile } from '../queue-log/find-files.ts';
import { FileUnreadable } from '../queue-log/lines.ts';
import type { ReadUntil } from '../queue-log/lines.ts';
import { readHead } from '../queue-log/positions.ts';
import type { FileHead } from '../queue-log/positions.ts';

/** A file, and from where on it is to be read. */
export interface UnreadFile {
  readonly file: QueueLogFile;
  readonly from: ReadUntil;
}

interface RotatedFiles {
  /** Oldest first, the followed one included. */
  readonly files: readonly QueueLogFile[];
  /** Paths of files that cannot be read. */
  readonly skipped: readonly string[];
}

/**
 * A followed file, and what its rotation makes of it, which has a longer name: queue_log.1, queue_log-20261130.gz. Of a file and its
 * compressed copy, which may not be complete yet, only the file.
 * @param isSkipped whether a file is not even to be opened
 * @throws {FileUnreadable} what may pass: a file was renamed or compressed meanwhile
 */
export async function findRotated(path: string, isSkipped: (path: string) => boolean): Promise<RotatedFiles> {
  const [folder, name] = [dirname(path), basename(path)];
  const listed = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const names = listed.filter(
    (each) => each === name || (/^[.-]/.test(each.slice(name.length)) && each.startsWith(name)),
  );
  const files = new Map<string, QueueLogFile>();
  const skipped: string[] = [];
  // A plain file comes before its compressed copy: then it is known whether that is needed.
  for (const each of names.toSorted()) {
    const sibling = join(folder, each);
    const plain = files.get(sibling.replace(/\.gz$/, ''));
    const head = isSkipped(sibling) ? 'unreadable' : await headOf(sibling, plain !== undefined);
    if (head === 'unreadable') skipped.push(sibling);
    else if (head !== null && !plain?.head.equals(head)) files.set(sibling, { path: sibling, head });
  }
  return { files: oldestFirst([...files.values()]), skipped };
}

/** The system calls fail in the same way the next time. */
const permanent: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM']);

/** Null if the file is not needed. @throws {FileUnreadable} what may pass */
async function headOf(path: string, hasPlainCopy: boolean): Promise<FileHead | 'unreadable' | null> {
  if (isOtherCompression(path)) return 'unreadable';
  const found = await stat(path).catch(() => null);
  if (found && !found.isFile()) return 'unreadable';
  try {
    return await readHead(path);
  } catch (error) {
    if (hasPlainCopy) return null;
    const { cause } = error as FileUnreadable;
    if (permanent.has((cause as NodeJS.ErrnoException).code)) return 'unreadable';
    throw error;
  }
}

/**
 * The files that have lines which were never read: the one that was read last, whatever its name is now, and all that are newer. Null if
 * none of them was ever read. @param files oldest first
 */
export function unreadFiles(
  files: readonly QueueLogFile[],
  find: (head: FileHead) => ReadUntil | null,
): UnreadFile[] | null {
  const last = files.findLastIndex(({ head }) => find(head) !== null);
  if (last === -1) return null;
  return files.slice(last).map((file) => ({ file, from: find(file.head) ?? { bytes: 0, lines: 0 } }));
}
