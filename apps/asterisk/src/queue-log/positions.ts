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

/**
 * How far files were read. A file is recognised by its beginning, because rotation gives it another name, and compresses it; a copy is the
 * same file.
 */
export interface PositionStore {
  /** Null of a file that was never read. */
  readonly find: (head: FileHead) => ReadUntil | null;
  /** Durable, and atomic, when it returns. */
  readonly save: (head: FileHead, until: ReadUntil) => void;
}

/** @throws {Error} if the file is not one of positions */
export function openPositions(path: string): PositionStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let positions = load(path);
  const indexOf = (head: FileHead): number =>
    positions.findIndex(
      (each) => each.headBytes <= head.length && hashOf(head.subarray(0, each.headBytes)) === each.head,
    );
  return {
    find: (head) => positions[indexOf(head)] ?? null,
    save: (head, { bytes, lines }) => {
      // A file that has grown has a longer head; the shorter one stays true.
      const known = positions[indexOf(head)];
      const headBytes = known?.headBytes ?? head.length;
      const position = { head: known?.head ?? hashOf(head), headBytes, bytes, lines };
      positions = [...positions.filter((each) => each !== known), position];
      writeFileSync(`${path}.new`, JSON.stringify(positions), { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    },
  };
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function load(path: string): FilePosition[] {
  try {
    return FilePositions.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`${path} is no file of positions: remove it, and all lines are read again.`, { cause: error });
  }
}
