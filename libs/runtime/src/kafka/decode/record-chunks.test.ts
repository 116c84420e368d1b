import fc from 'fast-check';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { encodeBatch, encodeRecords } from '@callstream/stack';
import { createByteBudget } from './byte-budget.ts';
import { decodeBudgetBytes, decodeChunks } from './record-chunks.ts';
import type { RecordChunk } from './record-chunks.ts';
import { readRecordSet } from './record-set.ts';

const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
const compress: Readonly<Record<keyof typeof codecs, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  snappy: (bytes) => compressSync(bytes),
  lz4: (bytes) => compressFrameSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
};
const names = Object.keys(codecs) as (keyof typeof codecs)[];

const compressed = (codec: keyof typeof codecs, values: readonly Buffer[], payload = encodeRecords(values)): Buffer =>
  encodeBatch({ attributes: codecs[codec], count: values.length, payload: compress[codec](payload) });
const plain = (values: readonly Buffer[], payload = encodeRecords(values)): Buffer =>
  encodeBatch({ attributes: 0, count: values.length, payload });
const withOffset = (firstOffset: number, batch: Buffer): Buffer => {
  const bytes = Buffer.from(batch);
  bytes.writeBigInt64BE(BigInt(firstOffset));
  return bytes;
};

/** As that of one consumer: all tests share it, so memory that one does not release fails the others. */
const budget = createByteBudget(decodeBudgetBytes);
const decode = (bytes: Buffer, from = 0) => {
  const messages = readRecordSet({ topic: 't', partition: 0, bytes, aborted: [] }).filter(
    ({ isControlRecord }) => !isControlRecord,
  ) as Parameters<typeof decodeChunks>[0]['messages'];
  return decodeChunks({ topic: 't', partition: 0, from, messages }, budget);
};
const chunksOf = async (bytes: Buffer, from = 0): Promise<RecordChunk[]> => {
  const chunks: RecordChunk[] = [];
  for await (const chunk of decode(bytes, from)) chunks.push(chunk);
  return chunks;
};
const reasonOf = (chunk: RecordChunk | undefined): string | undefined =>
  chunk?.kind === 'unreadable' ? chunk.batch.reason : undefined;

const values = Array.from({ length: 60 }, (_, i) => Buffer.from(`{"type":"call.new","n":${i}}`));
const [first, second] = [values.slice(0, 5), values.slice(5, 9)];

describe('what a fetch returns for a partition', () => {
  it('is one chunk, if nothing is compressed', async () => {
    const chunks = await chunksOf(Buffer.concat([withOffset(0, plain(first)), withOffset(5, plain(second))]));
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toMatchObject({ kind: 'records', records: { length: 9 } });
  });

  it.each(names)('is one chunk while it is small, even if batches are compressed (%s)', async (codec) => {
    const bytes = Buffer.concat([
      withOffset(0, compressed(codec, first)),
      withOffset(5, plain(second)),
      withOffset(9, compressed(codec, first)),
    ]);
    const [chunk, ...others] = await chunksOf(bytes, 2);
    if (chunk?.kind !== 'records') throw new Error(reasonOf(chunk));
    expect(others).toEqual([]);
    expect(chunk.records.map(({ offset }) => offset)).toEqual(Array.from({ length: 12 }, (_, i) => i + 2));
    expect(chunk.records[3]?.value).toEqual(second[0]);
  });

  it('is split into chunks of about 1 MiB, or one record', async () => {
    const large = [...Array.from({ length: 10 }, () => Buffer.alloc(300_000)), Buffer.alloc(5_000_000), ...first];
    const chunks = await chunksOf(compressed('zstd', large));
    const counts = chunks.map((chunk) => (chunk.kind === 'records' ? chunk.records.length : 0));
    expect(counts).toEqual([4, 4, 3, 5]);
  });

  it('has all records of a compressed batch, also after more uncompressed ones than fit a chunk', async () => {
    const small = Array.from({ length: 10_001 }, () => Buffer.from('x'));
    const chunks = await chunksOf(
      Buffer.concat([withOffset(0, plain(small)), withOffset(10_001, compressed('zstd', first))]),
    );
    expect(chunks.map((chunk) => (chunk.kind === 'records' ? chunk.records.length : 0))).toEqual([10_001, 5]);
  });

  it('has a chunk of its own for an unreadable batch, after the records before it', async () => {
    const broken = compressed('zstd', second);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    const chunks = await chunksOf(
      Buffer.concat([withOffset(0, plain(first)), withOffset(5, broken), withOffset(9, compressed('lz4', first))]),
    );
    expect(chunks.map((chunk) => (chunk.kind === 'records' ? chunk.records.length : reasonOf(chunk)))).toEqual([
      5,
      'has a wrong checksum',
      5,
    ]);
    expect(chunks[1]).toMatchObject({ batch: { partition: 0, firstOffset: 5, lastOffset: 8, codec: 'zstd' } });
  });

  it.each([
    ['decompresses to more than 64 MB', compressed('zstd', [Buffer.alloc(64 * 1024 * 1024)])],
    ['has an unknown compression codec (codec 5)', encodeBatch({ attributes: 5, count: 1, payload: first[0]! })],
    ['ends before its last record does', compressed('gzip', first, encodeRecords(first.slice(1)))],
    ['has bytes after its last record', compressed('gzip', first, encodeRecords([...first, ...second]))],
    ['has bytes after its last record', plain(first, encodeRecords([...first, ...second]))],
    ['ends before its last record does', plain(first, encodeRecords(first).subarray(0, -1))],
    [
      'ends before its last record does',
      encodeBatch({ attributes: 0, count: 2 ** 31 - 1, payload: encodeRecords(first) }),
    ],
    // A record of 6 bytes with a value of 40.
    ['has a record whose fields exceed its length', plain([first[0]!], Buffer.from([12, 0, 0, 0, 1, 80, 0]))],
    // Claims two headers, and has none.
    [
      'has a record whose fields exceed its length',
      compressed('lz4', [first[0]!], Buffer.from([12, 0, 0, 0, 1, 0, 4])),
    ],
    ['has a record whose fields exceed its length', plain([first[0]!], Buffer.from([12, 0, 0, 0, 1, 0, 4]))],
    // Claims 2²⁷ headers, the first with a name of −2 bytes.
    [
      'has a record whose fields exceed its length',
      plain([first[0]!], Buffer.from([24, 0, 0, 0, 1, 0, 0x80, 0x80, 0x80, 0x80, 1, 3, 0])),
    ],
    [
      'has records whose offsets are not in order',
      plain(first.slice(0, 2), Buffer.concat([encodeRecords([first[0]!]), encodeRecords([first[1]!])])),
    ],
  ])('is unreadable if a batch %s', async (reason, batch) => {
    expect((await chunksOf(batch)).map(reasonOf)).toEqual([reason]);
  });

  it('is unreadable from bytes in an unknown format on, because the start of the next batch is unknown', async () => {
    const noLength = plain(first);
    noLength.writeInt32BE(-7, 8);
    const noFormat = plain(first);
    noFormat[16] = 9;
    for (const broken of [noLength, noFormat])
      expect(
        (await chunksOf(Buffer.concat([withOffset(3, broken), withOffset(8, plain(second))]))).map(reasonOf),
      ).toEqual(['has an unknown format']);
  });

  it('releases its memory when the reader stops early', async () => {
    const batch = compressed(
      'zstd',
      Array.from({ length: 40 }, () => Buffer.alloc(1_500_000)),
    );
    // Of 60 MB: if two were not released, the next would wait for ever.
    const stopped = async (): Promise<number> => {
      await using chunks = decode(batch);
      const { value } = await chunks.next();
      return value?.kind === 'records' ? value.records.length : 0;
    };
    expect(await Promise.all([stopped(), stopped(), stopped()])).toEqual([1, 1, 1]);
    expect(await chunksOf(batch)).toHaveLength(40);
  });

  it('is handed over or unreadable, whichever bytes are corrupted: nothing throws, and no record exceeds its batch', async () => {
    const uncompressed = withOffset(names.length * values.length, plain(values));
    const log = Buffer.concat([
      ...names.map((codec, i) => withOffset(i * values.length, compressed(codec, values))),
      uncompressed,
    ]);
    const corrupted = async (changes: readonly [fromEnd: number, byte: number][]): Promise<boolean> => {
      const bytes = Buffer.from(log);
      for (const [fromEnd, byte] of changes) bytes[log.length - 1 - fromEnd] = byte;
      for (const chunk of await chunksOf(bytes)) {
        if (chunk.kind === 'unreadable') continue;
        for (const { headers, value, key } of chunk.records)
          if ([...headers].length + (value?.length ?? 0) + (key?.length ?? 0) > log.length) return false;
      }
      return true;
    };
    // The second of the uncompressed batch only, whose checksum nothing verifies while it can be decoded.
    for (const length of [log.length, uncompressed.length])
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
          corrupted,
        ),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        async (bytes) => (await chunksOf(Buffer.from(bytes))).length < 300,
      ),
    );
  });
});
