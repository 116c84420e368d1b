import { decompressFrame } from 'lz4-napi';
import { MalformedBatchError, BatchTooLargeError } from './malformed-batch.ts';

const magic = 0x184d2204;
const flag = { blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const;
/** Of the length of a block: it is stored as it is. */
const storedBit = 0x80000000;

/** The library has no limit of its own, so how much it will make is found out before. @throws {Malformed} */
export async function decompressLz4(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const length = lz4Length(bytes);
  if (length > bytesMax) throw new BatchTooLargeError(bytesMax);
  const whole = await decompressFrame(bytes);
  if (whole.length !== length) throw new MalformedBatchError('has blocks of lz4 whose lengths are wrong');
  return whole;
}

/** To how many bytes a frame decompresses. @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
function lz4Length(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== magic) throw new MalformedBatchError('has no frame of lz4');
  const flags = frame[4] ?? 0;
  const has = (one: number): boolean => (flags & one) !== 0;
  // Magic, flags, block size, what is optional, and a checksum.
  let at = 4 + 2 + (has(flag.contentSize) ? 8 : 0) + (has(flag.dictionary) ? 4 : 0) + 1;
  let length = 0;
  for (;;) {
    if (at + 4 > frame.length) throw new MalformedBatchError('ends in the middle of a frame of lz4');
    const size = frame.readUInt32LE(at);
    const start = at + 4;
    if (size === 0) {
      if (start + (has(flag.contentChecksum) ? 4 : 0) === frame.length) return length;
      throw new MalformedBatchError('does not end where its frame of lz4 does');
    }
    const end = start + (size % storedBit);
    if (end > frame.length) throw new MalformedBatchError('ends in the middle of a block of lz4');
    length += size >= storedBit ? end - start : blockLength(frame, start, end);
    at = end + (has(flag.blockChecksum) ? 4 : 0);
  }
}

/** To how many bytes a block decompresses. @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function blockLength(bytes: Buffer, start: number, end: number): number {
  let at = start;
  let length = 0;
  /** Four bits of the token; if all are set, bytes that follow are added, up to the first that is not 255. */
  const read = (bits: number): number => {
    let number = bits;
    for (let byte = bits === 15 ? 255 : 0; byte === 255 && at < end;) number += byte = bytes[at++] ?? 0;
    return number;
  };
  while (at < end) {
    const token = bytes[at++] ?? 0;
    const literals = read(token >> 4);
    at += literals;
    length += literals;
    // The last sequence has nothing but literals.
    if (at >= end) break;
    at += 2;
    length += read(token & 15) + 4;
  }
  return length;
}
