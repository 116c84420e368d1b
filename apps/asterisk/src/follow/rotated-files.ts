import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findFiles } from '../queue-log/find-files.ts';
import type { QueueLogFile } from '../queue-log/find-files.ts';
import type { ReadUntil } from '../queue-log/lines.ts';
import type { FileHead } from '../queue-log/positions.ts';

/** A file, and from where on it is to be read. */
export interface UnreadFile {
  readonly file: QueueLogFile;
  readonly from: ReadUntil;
}

/**
 * The files that have lines which were never read: the one that was read last, whatever its name is now, and all that are newer. Oldest
 * first. Null if none of them was ever read.
 * @param path a file; what its rotation makes of it has a longer name: queue_log.1, queue_log-20261130.gz
 */
export async function unreadFiles(
  path: string,
  find: (head: FileHead) => ReadUntil | null,
): Promise<UnreadFile[] | null> {
  const name = basename(path);
  const names = (await readdir(dirname(path))).filter(
    (each) => each === name || (/^[.-]/.test(each.slice(name.length)) && each.startsWith(name)),
  );
  const files = names.length === 0 ? [] : await findFiles(names.map((each) => join(dirname(path), each)));
  const last = files.findLastIndex(({ head }) => find(head) !== null);
  if (last === -1) return null;
  return files.slice(last).map((file) => ({ file, from: find(file.head) ?? { bytes: 0, lines: 0 } }));
}
