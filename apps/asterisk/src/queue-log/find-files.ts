import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createLineCutter } from './lines.ts';
import { readHead } from './positions.ts';
import type { FileHead } from './positions.ts';

export interface QueueLogFile {
  readonly path: string;
  readonly head: FileHead;
}

/** Whether a file is compressed in a way that is not supported. */
export const isOtherCompression = (path: string): boolean => /\.(?:bz2|xz|zst|lz4|Z|zip)$/.test(path);

/**
 * The files that paths name, oldest first by the time of their first line: names of rotated files differ from system to system.
 * @param paths files, folders with files queue_log*, and globs
 * @throws {Error} if one of them names no file, or a file cannot be read
 */
export async function findFiles(paths: readonly string[]): Promise<QueueLogFile[]> {
  const found = new Set((await Promise.all(paths.map(filesOf))).flat());
  const compressed = [...found].find(isOtherCompression);
  if (compressed !== undefined) throw new Error(`${compressed} is compressed, but not with gzip: decompress it first.`);
  const files = await Promise.all([...found].map(async (path) => ({ path, head: await readHead(path) })));
  return oldestFirst(files);
}

/** Those that are not empty, by the time of their first line. */
export const oldestFirst = (files: readonly QueueLogFile[]): QueueLogFile[] =>
  files
    .filter(({ head }) => head.length > 0)
    .toSorted((a, b) => firstTimeOf(a.head) - firstTimeOf(b.head) || (a.path < b.path ? -1 : 1));

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return [path];
  if (found?.isDirectory()) {
    const names = (await readdir(path)).filter((name) => name.startsWith('queue_log'));
    if (names.length === 0) throw new Error(`${path} has no file queue_log.`);
    return names.map((name) => join(path, name));
  }
  const matching: string[] = [];
  for await (const each of glob(path)) matching.push(each);
  if (matching.length === 0) throw new Error(`${path} is no file and no folder, and no file matches it.`);
  return matching;
}

const time = /^\d{9,10}(?=\|)/;

/** Time of the first line that has one, in s since 1970; a file without one is the oldest. */
function firstTimeOf(head: FileHead): number {
  const cutter = createLineCutter({ bytes: 0, lines: 0 });
  const lines = [...cutter.cut(head), cutter.last()];
  for (const line of lines) {
    const seconds = time.exec(line?.bytes.toString('latin1') ?? '');
    if (seconds) return Number(seconds[0]);
  }
  return 0;
}
