import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { decompressLz4 } from './lz4.ts';
import { MalformedBatchError, BatchTooLargeError } from './malformed-batch.ts';
import { decompressSnappy } from './snappy.ts';

/** Largest size to which a batch may decompress, in bytes. */
export const decompressedBytesMax = 64 * 1024 * 1024;

/** At once as much as is often enough: a step for each 16 kB costs more than the decompression. */
const chunkSize = 256 * 1024;

type Decompress = (bytes: Buffer, bytesMax: number) => Promise<Buffer>;

/** What zlib makes is bounded while it makes it. */
const bounded =
  (
    decompress: (bytes: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>,
  ): Decompress =>
  (bytes, bytesMax) =>
    decompress(bytes, { maxOutputLength: bytesMax, chunkSize }).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? new BatchTooLargeError(bytesMax) : error;
    });

/** By the number that a batch has for them. */
const codecs: Readonly<Record<number, { readonly name: string; readonly decompress?: Decompress }>> = {
  0: { name: 'uncompressed' },
  1: { name: 'gzip', decompress: bounded(promisify(gunzip)) },
  2: { name: 'snappy', decompress: decompressSnappy },
  3: { name: 'lz4', decompress: decompressLz4 },
  4: { name: 'zstd', decompress: bounded(promisify(zstdDecompress)) },
};

export const codecName = (codec: number): string => codecs[codec]?.name ?? `codec ${codec}`;

/** Off the main thread, but for snappy. @throws {Malformed} if it is not what it says, or larger than `bytesMax` */
export async function decompress(codec: number, bytes: Buffer, bytesMax = decompressedBytesMax): Promise<Buffer> {
  const known = codecs[codec];
  if (!known) throw new MalformedBatchError(`is compressed in a way that nobody knows (codec ${codec})`);
  if (!known.decompress) return bytes;
  try {
    return await known.decompress(bytes, bytesMax);
  } catch (error) {
    if (error instanceof MalformedBatchError) throw error;
    throw new MalformedBatchError(`is no ${known.name}: ${(error as Error).message}`, { cause: error });
  }
}
