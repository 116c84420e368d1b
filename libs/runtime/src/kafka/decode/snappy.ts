import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { uncompressSync } from 'snappy';
import { BatchTooLargeError, MalformedBatchError } from './malformed-batch.ts';

/** Magic of the xerial framing that Kafka's Java clients write; librdkafka writes a single raw block. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
/** The magic, and two versions of 4 bytes each. */
const xerialHeaderBytes = 16;
/** Output after which the event loop gets a turn, in bytes: snappy decompresses on the main thread. */
const bytesPerTurn = 4 * 1024 * 1024;

/** Each block states its size, so the limit is checked before anything is decompressed. @throws {MalformedBatchError} */
export async function decompressSnappy(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const isXerial = bytes.subarray(0, xerialMagic.length).equals(xerialMagic);
  const blocks = isXerial ? [...xerialBlocks(bytes)] : [bytes];
  const total = blocks.reduce((sum, block) => sum + decompressedLength(block), 0);
  if (total > bytesMax) throw new BatchTooLargeError(bytesMax);
  const decompressed = Buffer.allocUnsafe(total);
  let at = 0;
  for (const block of blocks) {
    const turn = Math.floor(at / bytesPerTurn);
    at += (uncompressSync(block, { asBuffer: true }) as Buffer).copy(decompressed, at);
    if (Math.floor(at / bytesPerTurn) !== turn) await yieldToEventLoop();
  }
  return decompressed;
}

function* xerialBlocks(bytes: Buffer): Generator<Buffer> {
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const start = at + 4;
    const end = start <= bytes.length ? start + bytes.readInt32BE(at) : Infinity;
    if (!(end > start && end <= bytes.length)) throw new MalformedBatchError('has a truncated snappy block');
    yield bytes.subarray(start, end);
    at = end;
  }
}

/** The decompressed size that a block states: a varint, seven bits a byte, lowest first. */
function decompressedLength(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw new MalformedBatchError('has a snappy block without a length');
}
