import { setImmediate as endOfTurn } from 'node:timers/promises';
import { uncompressSync } from 'snappy';
import { MalformedBatchError, BatchTooLargeError } from './malformed-batch.ts';

/** What Kafka's Java clients put before their blocks (xerial); librdkafka writes one block as it is. */
const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
/** Behind it stand two versions, of 4 bytes each. */
const xerialHeaderBytes = 16;
/** Bytes that are made before others of the process have a turn. */
const bytesPerTurn = 4 * 1024 * 1024;

/** Blocks say how long they are, so nothing is made that would be too large. @throws {Malformed} */
export async function decompressSnappy(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const blocks = bytes.subarray(0, xerial.length).equals(xerial) ? [...xerialBlocks(bytes)] : [bytes];
  const total = blocks.reduce((sum, block) => sum + lengthOf(block), 0);
  if (total > bytesMax) throw new BatchTooLargeError(bytesMax);
  const whole = Buffer.allocUnsafe(total);
  let at = 0;
  for (const block of blocks) {
    const turn = Math.floor(at / bytesPerTurn);
    at += (uncompressSync(block, { asBuffer: true }) as Buffer).copy(whole, at);
    if (Math.floor(at / bytesPerTurn) !== turn) await endOfTurn();
  }
  return whole;
}

function* xerialBlocks(bytes: Buffer): Generator<Buffer> {
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const start = at + 4;
    const end = start <= bytes.length ? start + bytes.readInt32BE(at) : Infinity;
    if (!(end > start && end <= bytes.length)) throw new MalformedBatchError('ends in the middle of a block of snappy');
    yield bytes.subarray(start, end);
    at = end;
  }
}

/** What a block says of its length: seven bits a byte, the lowest first. */
function lengthOf(block: Buffer): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw new MalformedBatchError('has a block of snappy without a length');
}
