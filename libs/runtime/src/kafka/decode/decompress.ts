import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { decompressLz4 } from './lz4.ts';
import { BatchTooLargeError, MalformedBatchError } from './malformed-batch.ts';
import { decompressSnappy } from './snappy.ts';
import { statedZstdLength } from './zstd-frame.ts';

/** Largest size to which a batch may decompress, in bytes. */
export const decompressedBytesMax = 64 * 1024 * 1024;

/** Output chunk of zlib, in bytes: with its default of 16 kB, the steps cost more than the decompression. */
const chunkSize = 256 * 1024;

type Decompress = (bytes: Buffer, bytesMax: number) => Promise<Buffer>;

/** A decompressor of zlib that stops at `bytesMax` of output. */
const bounded =
  (
    decompress: (bytes: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>,
  ): Decompress =>
  (bytes, bytesMax) =>
    decompress(bytes, { maxOutputLength: bytesMax, chunkSize }).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? new BatchTooLargeError(bytesMax) : error;
    });

const boundedZstd = bounded(promisify(zstdDecompress));

/** Does not begin if the header states more than the limit: each reader would decompress 64 MB to refuse the rest. */
const decompressZstd: Decompress = (bytes, bytesMax) =>
  (statedZstdLength(bytes) ?? 0) > bytesMax
    ? Promise.reject(new BatchTooLargeError(bytesMax))
    : boundedZstd(bytes, bytesMax);

/** By Kafka's number of the codec. */
const codecs: Readonly<Record<number, { readonly name: string; readonly decompress?: Decompress }>> = {
  0: { name: 'uncompressed' },
  1: { name: 'gzip', decompress: bounded(promisify(gunzip)) },
  2: { name: 'snappy', decompress: decompressSnappy },
  3: { name: 'lz4', decompress: decompressLz4 },
  4: { name: 'zstd', decompress: decompressZstd },
};

export const codecName = (codec: number): string => codecs[codec]?.name ?? `codec ${codec}`;

/**
 * Runs off the main thread, except for snappy.
 * @throws {MalformedBatchError} if the bytes are not of this codec, or decompress to more than `bytesMax`
 */
export async function decompress(codec: number, bytes: Buffer, bytesMax = decompressedBytesMax): Promise<Buffer> {
  const known = codecs[codec];
  if (!known) throw new MalformedBatchError(`has an unknown compression codec (codec ${codec})`);
  if (!known.decompress) return bytes;
  try {
    return await known.decompress(bytes, bytesMax);
  } catch (error) {
    if (error instanceof MalformedBatchError) throw error;
    throw new MalformedBatchError(`is not valid ${known.name}: ${(error as Error).message}`, { cause: error });
  }
}
