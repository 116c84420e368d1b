import { decompressFrame } from 'lz4-napi';
import { BatchTooLargeError, MalformedBatchError } from './malformed-batch.ts';

const magic = 0x184d2204;
const flag = { blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const;
/** In the size of a block: its data is not compressed. */
const uncompressedBit = 0x80000000;

/** The library has no limit on its output, so the size is computed first. @throws {MalformedBatchError} */
export async function decompressLz4(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const length = decompressedLength(bytes);
  if (length > bytesMax) throw new BatchTooLargeError(bytesMax);
  const decompressed = await decompressFrame(bytes);
  if (decompressed.length !== length) throw new MalformedBatchError('has lz4 blocks with wrong lengths');
  return decompressed;
}

/** Decompressed size of a frame, in bytes. @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
function decompressedLength(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== magic) throw new MalformedBatchError('has no lz4 frame');
  const flags = frame[4] ?? 0;
  const has = (bit: number): boolean => (flags & bit) !== 0;
  // Magic, flags, block size, optional fields, header checksum.
  let at = 4 + 2 + (has(flag.contentSize) ? 8 : 0) + (has(flag.dictionary) ? 4 : 0) + 1;
  let length = 0;
  for (;;) {
    if (at + 4 > frame.length) throw new MalformedBatchError('has a truncated lz4 frame');
    const size = frame.readUInt32LE(at);
    const start = at + 4;
    if (size === 0) {
      if (start + (has(flag.contentChecksum) ? 4 : 0) === frame.length) return length;
      throw new MalformedBatchError('has bytes after its lz4 frame');
    }
    const end = start + (size % uncompressedBit);
    if (end > frame.length) throw new MalformedBatchError('has a truncated lz4 block');
    length += size >= uncompressedBit ? end - start : blockLength(frame, start, end);
    at = end + (has(flag.blockChecksum) ? 4 : 0);
  }
}

/** Decompressed size of a block, in bytes. @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function blockLength(bytes: Buffer, start: number, end: number): number {
  let at = start;
  let length = 0;
  /** Four bits of the token. 15 means that more bytes are added, up to the first that is not 255. */
  const readLength = (bits: number): number => {
    let total = bits;
    for (let byte = bits === 15 ? 255 : 0; byte === 255 && at < end;) total += byte = bytes[at++] ?? 0;
    return total;
  };
  while (at < end) {
    const token = bytes[at++] ?? 0;
    const literals = readLength(token >> 4);
    at += literals;
    length += literals;
    // The last sequence has literals only.
    if (at >= end) break;
    at += 2;
    length += readLength(token & 15) + 4;
  }
  return length;
}
