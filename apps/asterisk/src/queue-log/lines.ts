import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { queueLogLineBytesMax } from '@callstream/domain';

/** A line of a file. */
export interface FileLine {
  /** Without its line break; of a long line, the beginning. */
  readonly bytes: Buffer;
  /** Length of the whole line. */
  readonly length: number;
  /** From 1. */
  readonly number: number;
  /** Where the next line begins, in bytes of the uncompressed file. */
  readonly end: number;
}

/** How much of a file has been read. */
export interface ReadUntil {
  /** Bytes of the uncompressed file, at the beginning of a line. */
  readonly bytes: number;
  /** Lines before. */
  readonly lines: number;
}

const lineFeed = 0x0a;
const chunkBytes = 256 * 1024;

/** Cuts chunks of a file into lines, in bounded memory: of a long line, only the beginning is kept. */
export function createLineCutter({ bytes, lines }: ReadUntil) {
  let [end, number] = [bytes, lines];
  let rest: Buffer[] = [];
  let [kept, length] = [0, 0];
  const keep = (part: Buffer): void => {
    length += part.length;
    if (kept < queueLogLineBytesMax && part.length > 0) {
      const begin = part.subarray(0, queueLogLineBytesMax - kept);
      rest.push(begin);
      kept += begin.length;
    }
  };
  const take = (lineBreak: number): FileLine => {
    end += length + lineBreak;
    const line = { bytes: rest.length === 1 ? (rest[0] ?? empty) : Buffer.concat(rest), length, number: ++number, end };
    rest = [];
    [kept, length] = [0, 0];
    return line;
  };
  return {
    /** The lines that a chunk completes. */
    cut: (chunk: Buffer): FileLine[] => {
      const cut: FileLine[] = [];
      let start = 0;
      for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, start)) {
        keep(chunk.subarray(start, at));
        cut.push(take(1));
        start = at + 1;
      }
      keep(chunk.subarray(start));
      return cut;
    },
    /** The last line, if it has no line break. */
    last: (): FileLine | null => (length > 0 ? take(0) : null),
  };
}
const empty = Buffer.alloc(0);

const isCompressed = (path: string): boolean => path.endsWith('.gz');

/** The operating system does not give the bytes of a file, or they are no gzip. */
export class FileUnreadable extends Error {
  override readonly name = 'FileUnreadable';
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read: ${(cause as Error).message}`, { cause });
    this.path = path;
  }
}

/** The bytes of a file, uncompressed, from an offset on. @throws {FileUnreadable} */
export async function* readBytes(path: string, from: number): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes, ...(!isCompressed(path) && { start: from }) });
  const gunzip = isCompressed(path) ? createGunzip({ chunkSize: chunkBytes }) : null;
  if (gunzip) file.on('error', (error) => gunzip.destroy(error));
  const bytes: Readable = gunzip ? file.pipe(gunzip) : file;
  // The uncompressed position of a compressed file can only be reached by reading it.
  let skip = gunzip ? from : 0;
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      const read = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - read.length;
      if (read.length > 0) yield read;
    }
  } catch (error) {
    throw new FileUnreadable(path, error);
  } finally {
    file.destroy();
  }
}

/** Whether a line begins at an offset, or may: not where a file was cut off before it, or written again. */
export async function isLineBegin(path: string, offset: number): Promise<boolean> {
  if (offset === 0) return true;
  await using file = await open(path, 'r');
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, offset - 1);
  return bytesRead === 1 && buffer[0] === lineFeed;
}

/**
 * The lines of a file from a position on, a chunk at a time. @param hasEnded whether the last line is complete without a line break:
 * Asterisk no longer writes into the file
 */
export async function* readLines(path: string, from: ReadUntil, hasEnded: boolean): AsyncGenerator<FileLine[]> {
  const cutter = createLineCutter(from);
  for await (const chunk of readBytes(path, from.bytes)) yield cutter.cut(chunk);
  const last = hasEnded ? cutter.last() : null;
  if (last) yield [last];
}

/** Number of lines, the last one included if it has no line break. */
export async function countLines(path: string, from: ReadUntil): Promise<number> {
  let [lines, lastByte] = [0, lineFeed];
  for await (const chunk of readBytes(path, from.bytes)) {
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) lines++;
    lastByte = chunk.at(-1) ?? lastByte;
  }
  return lines + (lastByte === lineFeed ? 0 : 1);
}
