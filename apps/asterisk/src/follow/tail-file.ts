import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { sleep } from '@callstream/resilience';
import { createLineCutter } from '../queue-log/lines.ts';
import type { FileLine, ReadUntil } from '../queue-log/lines.ts';

/** How often a file is asked for more, in ms. */
const pollEveryMs = 200;
const chunkBytes = 64 * 1024;

export interface TailFileOptions {
  readonly path: string;
  readonly from: ReadUntil;
  readonly signal: AbortSignal;
  /** Takes complete lines, in order; nothing more is read until it resolves. */
  readonly onLines: (lines: readonly FileLine[]) => Promise<void>;
}

/**
 * Reads what is written into a file, until another file has its name or it is truncated: then Asterisk writes there no more. A line that is
 * half written waits for its rest. While no file has the name, the renamed one is read on: Asterisk writes into it until its
 * logger is reloaded.
 */
export async function tailFile({ path, from, signal, onLines }: TailFileOptions): Promise<void> {
  await using file = await open(path, 'r');
  const { ino, dev } = await file.stat();
  const first = await firstBytes(file);
  const cutter = createLineCutter(from);
  let at = from.bytes;
  const buffer = Buffer.alloc(chunkBytes);
  const readAll = async (): Promise<void> => {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0 || signal.aborted) return;
      at += bytesRead;
      // The buffer is used again, and the beginning of a line waits for its rest.
      const lines = cutter.cut(Buffer.from(buffer.subarray(0, bytesRead)));
      if (lines.length > 0) await onLines(lines);
    }
  };
  while (!signal.aborted) {
    const named = await stat(path).catch(() => null);
    const isSame = named === null || (named.ino === ino && named.dev === dev);
    // Read after that look: what was written before the name changed hands is in the file now.
    if (isSame && (await isTruncated(file, at, first))) return;
    await readAll();
    if (!isSame) return;
    await sleep(pollEveryMs, signal);
  }
}

const firstBytesMax = 64;
async function firstBytes(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(firstBytesMax), 0, firstBytesMax, 0);
  return buffer.subarray(0, bytesRead);
}

/** Also if as much was written meanwhile as had been read: the beginning differs then. */
async function isTruncated(file: FileHandle, at: number, first: Buffer): Promise<boolean> {
  if ((await file.stat()).size < at) return true;
  return !(await firstBytes(file)).subarray(0, first.length).equals(first);
}
