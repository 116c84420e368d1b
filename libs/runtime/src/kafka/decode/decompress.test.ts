import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { decompress, decompressedBytesMax } from './decompress.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { statedZstdLength } from './zstd-frame.ts';

/** Snappy in xerial framing, as Kafka's Java clients write it: blocks of 32 kB, each after its length. */
function xerial(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])];
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = compressSync(bytes.subarray(at, at + 32_768));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    pieces.push(length, block);
  }
  return Buffer.concat(pieces);
}

/** Zstd without the decompressed size, as producers write it that stream. */
const zstdWithoutSize = (bytes: Buffer): Buffer =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } });

/** All formats that producers write, with the number of the codec. */
const formats = [
  ['gzip', 1, (bytes: Buffer) => gzipSync(bytes)],
  ['snappy in one block', 2, (bytes: Buffer) => compressSync(bytes)],
  ['snappy in blocks', 2, xerial],
  ['lz4', 3, (bytes: Buffer) => compressFrameSync(bytes)],
  [
    'lz4 with checksums',
    3,
    (bytes: Buffer) => compressFrameSync(bytes, { blockChecksums: true, contentChecksum: true }),
  ],
  ['zstd', 4, (bytes: Buffer) => zstdCompressSync(bytes)],
  ['zstd without the size', 4, zstdWithoutSize],
] as const;

/** Text like that of events, and random bytes, which do not compress. */
const sample = Buffer.concat([Buffer.from('{"type":"call.new","call_id":"'.repeat(9_000)), randomBytes(70_000)]);

describe.each(formats)('%s', (_name, codec, compress) => {
  it('is decompressed', async () => {
    for (const bytes of [sample, sample.subarray(0, 1), Buffer.alloc(0)])
      expect((await decompress(codec, compress(bytes))).equals(bytes)).toBe(true);
  });

  it('decompresses up to the limit, and fails above it', async () => {
    const compressed = compress(sample);
    expect(await decompress(codec, compressed, sample.length)).toHaveLength(sample.length);
    await expect(decompress(codec, compressed, sample.length - 1)).rejects.toThrow(/^decompresses to more than/);
  });

  it('is malformed if truncated; with bytes after its end it is malformed, or they are ignored', async () => {
    const compressed = compress(sample);
    for (const cut of [0, 1, 5, 17, compressed.length >> 1, compressed.length - 5, compressed.length - 1])
      await expect(decompress(codec, compressed.subarray(0, cut))).rejects.toThrow(MalformedBatchError);
    const extended = await decompress(codec, Buffer.concat([compressed, randomBytes(9)])).catch(
      (error: unknown) => error,
    );
    expect(extended instanceof MalformedBatchError || (extended as Buffer).equals(sample)).toBe(true);
  });

  it('is malformed or within the limit, whichever bytes are corrupted', async () => {
    const bytesMax = 50_000;
    const small = compress(sample.subarray(260_000, 300_000));
    const corruption = fc.array(fc.tuple(fc.nat(small.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const isHarmless = async (bytes: Buffer): Promise<boolean> => {
      const result = await decompress(codec, bytes, bytesMax).catch((error: unknown) => error);
      return result instanceof MalformedBatchError || (result as Buffer).length <= bytesMax;
    };
    await fc.assert(
      fc.asyncProperty(corruption, async (changes) => {
        const bytes = Buffer.from(small);
        // Often near the start, where lengths are.
        for (const [at, byte] of changes) bytes[at % 3 === 0 ? at % 24 : at] = byte;
        return isHarmless(bytes);
      }),
    );
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => isHarmless(Buffer.from(bytes))));
  });
});

it.each([0, 1, 255, 256, 65_791, 65_792])('zstd of %i bytes states its size, or none', (length) => {
  const bytes = Buffer.alloc(length);
  expect(statedZstdLength(zstdCompressSync(bytes))).toBe(length);
  expect(statedZstdLength(zstdWithoutSize(bytes))).toBeNull();
});

it('zstd that states more than the limit is not decompressed, and one that states less is still bounded', async () => {
  const zeros = zstdCompressSync(Buffer.alloc(100_000));
  // Its blocks are missing: a decompression would fail.
  await expect(decompress(4, zeros.subarray(0, 18), 99_999)).rejects.toThrow(/^decompresses to more than/);
  const lying = Buffer.from(zeros);
  lying.writeUInt32LE(5, zeros.indexOf(Buffer.from(Uint32Array.of(100_000).buffer)));
  expect(statedZstdLength(lying)).toBe(5);
  await expect(decompress(4, lying, 99_999)).rejects.toThrow(MalformedBatchError);
  const second = Buffer.concat([zstdCompressSync(Buffer.from('x')), zeros]);
  const both = await decompress(4, second, 99_999).catch((error: unknown) => error);
  expect(both instanceof MalformedBatchError || (both as Buffer).length <= 99_999).toBe(true);
});

it('the default limit is 64 MB', async () => {
  const zeros = zstdCompressSync(Buffer.alloc(decompressedBytesMax + 1));
  await expect(decompress(4, zeros)).rejects.toThrow('decompresses to more than 64 MB');
});

it('a second lz4 frame after the first is malformed, and not decompressed', async () => {
  const two = Buffer.concat([compressFrameSync(sample), compressFrameSync(Buffer.alloc(70_000_000))]);
  await expect(decompress(3, two)).rejects.toThrow(MalformedBatchError);
});

it('an unknown codec is malformed', async () => {
  await expect(decompress(5, sample)).rejects.toThrow('has an unknown compression codec (codec 5)');
});
