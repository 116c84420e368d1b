import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readBytes } from './lines.ts';
import type { ReadUntil } from './lines.ts';

/** Most bytes by which a file is recognised under another name, or compressed. */
const headBytesMax = 4_096;

const FilePositions = z.array(
  z.object({ head: z.string(), headBytes: z.number(), bytes: z.number(), lines: z.number() }),
);
type FilePosition = z.infer<typeof FilePositions>[number];

/** The beginning of a file. */
export type FileHead = Buffer;

export async function readHead(path: string): Promise<FileHead> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readBytes(path, 0)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= headBytesMax) break;
  }
  return Buffer.concat(parts).subarray(0, headBytesMax);
}

/** Whether a beginning is long enough to recognise its file: a part of a line may be the beginning of other files, too. */
export const isDistinct = (head: FileHead): boolean => head.includes(lineFeed) || head.length >= headBytesMax;
const lineFeed = 0x0a;

/**
 * How far files were read. A file is recognised by its beginning, because rotation gives it another name, and compresses it; a copy is the
 * same file.
 */
export interface PositionStore {
  /** Null of a file that was never read. */
  readonly find: (head: FileHead) => ReadUntil | null;
  /** Durable, and atomic, when it returns. A file whose head is not {@link isDistinct} is left out: it is read again. */
  readonly save: (head: FileHead, until: ReadUntil) => void;
  /** Whether there were positions, be it of no file, when they were opened. */
  readonly hasBegun: boolean;
  /** Notes that reading has begun, although there is no file yet. */
  readonly begin: () => void;
}

/** @throws {Error} if the file is not one of positions */
export function openPositions(path: string): PositionStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const loaded = load(path);
  let positions = loaded ?? [];
  const write = (): void => {
    writeFileSync(`${path}.new`, JSON.stringify(positions), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  };
  const indexOf = (head: FileHead): number =>
    positions.findIndex(
      (each) => each.headBytes <= head.length && hashOf(head.subarray(0, each.headBytes)) === each.head,
    );
  return {
    find: (head) => positions[indexOf(head)] ?? null,
    hasBegun: loaded !== null,
    begin: write,
    save: (head, { bytes, lines }) => {
      if (!isDistinct(head)) return;
      // A file that has grown has a longer head; the shorter one stays true.
      const known = positions[indexOf(head)];
      const headBytes = known?.headBytes ?? head.length;
      const position = { head: known?.head ?? hashOf(head), headBytes, bytes, lines };
      positions = [...positions.filter((each) => each !== known), position];
      write();
    },
  };
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Null if there is no such file. */
function load(path: string): FilePosition[] | null {
  try {
    return FilePositions.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${path} is no file of positions: remove it, and all lines are read again.`, { cause: error });
  }
}
