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
const at = (firstOffset: number, batch: Buffer): Buffer => {
  const bytes = Buffer.from(batch);
  bytes.writeBigInt64BE(BigInt(firstOffset));
  return bytes;
};

/** Of one consumer. */
const budget = createByteBudget(decodeBudgetBytes);
const open = (bytes: Buffer, from = 0) => {
  const messages = readRecordSet({ topic: 't', partition: 0, bytes, aborted: [] }).filter(
    ({ isControlRecord }) => !isControlRecord,
  ) as Parameters<typeof decodeChunks>[0]['messages'];
  return decodeChunks({ topic: 't', partition: 0, from, messages }, budget);
};
const partsIn = async (bytes: Buffer, from = 0): Promise<RecordChunk[]> => {
  const parts: RecordChunk[] = [];
  for await (const part of open(bytes, from)) parts.push(part);
  return parts;
};
const reasonOf = (part: RecordChunk | undefined): string | undefined =>
  part?.kind === 'unreadable' ? part.batch.reason : undefined;

const values = Array.from({ length: 60 }, (_, i) => Buffer.from(`{"type":"call.new","n":${i}}`));
const [first, second] = [values.slice(0, 5), values.slice(5, 9)];

describe('what a fetch brings of a partition', () => {
  it('is one part, if nothing is compressed', async () => {
    const parts = await partsIn(Buffer.concat([at(0, plain(first)), at(5, plain(second))]));
    expect(parts).toHaveLength(1);
    expect(parts[0]).toMatchObject({ kind: 'records', records: { length: 9 } });
  });

  it.each(names)('is one part while it is small, whatever is compressed (%s)', async (codec) => {
    const bytes = Buffer.concat([
      at(0, compressed(codec, first)),
      at(5, plain(second)),
      at(9, compressed(codec, first)),
    ]);
    const [part, ...others] = await partsIn(bytes, 2);
    if (part?.kind !== 'records') throw new Error(reasonOf(part));
    expect(others).toEqual([]);
    expect(part.records.map(({ offset }) => offset)).toEqual(Array.from({ length: 12 }, (_, i) => i + 2));
    expect(part.records[3]?.value).toEqual(second[0]);
  });

  it('is handed over in parts of about 1 MiB, or one record', async () => {
    const large = [...Array.from({ length: 10 }, () => Buffer.alloc(300_000)), Buffer.alloc(5_000_000), ...first];
    const parts = await partsIn(compressed('zstd', large));
    const counts = parts.map((part) => (part.kind === 'records' ? part.records.length : 0));
    expect(counts).toEqual([4, 4, 3, 5]);
  });

  it('has all records of what is compressed, also behind more uncompressed ones than a part has', async () => {
    const small = Array.from({ length: 10_001 }, () => Buffer.from('x'));
    const parts = await partsIn(Buffer.concat([at(0, plain(small)), at(10_001, compressed('zstd', first))]));
    expect(parts.map((part) => (part.kind === 'records' ? part.records.length : 0))).toEqual([10_001, 5]);
  });

  it('and cannot be read is a part of its own, after what comes before it', async () => {
    const broken = compressed('zstd', second);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    const parts = await partsIn(Buffer.concat([at(0, plain(first)), at(5, broken), at(9, compressed('lz4', first))]));
    expect(parts.map((part) => (part.kind === 'records' ? part.records.length : reasonOf(part)))).toEqual([
      ...[5, 'has another checksum than it says', 5],
    ]);
    expect(parts[1]).toMatchObject({ batch: { partition: 0, firstOffset: 5, lastOffset: 8, codec: 'zstd' } });
  });

  it.each([
    ['decompresses to more than 64 MB', compressed('zstd', [Buffer.alloc(64 * 1024 * 1024)])],
    [
      'is compressed in a way that nobody knows (codec 5)',
      encodeBatch({ attributes: 5, count: 1, payload: first[0]! }),
    ],
    ['ends before its last record does', compressed('gzip', first, encodeRecords(first.slice(1)))],
    ['has more bytes than records', compressed('gzip', first, encodeRecords([...first, ...second]))],
    ['has more bytes than records', plain(first, encodeRecords([...first, ...second]))],
    ['ends before its last record does', plain(first, encodeRecords(first).subarray(0, -1))],
    [
      'ends before its last record does',
      encodeBatch({ attributes: 0, count: 2 ** 31 - 1, payload: encodeRecords(first) }),
    ],
    // A record of 6 bytes whose value would have 40.
    ['has a record whose parts are longer than the record', plain([first[0]!], Buffer.from([12, 0, 0, 0, 1, 80, 0]))],
    // Two headers, of which there are none.
    [
      'has a record whose parts are longer than the record',
      compressed('lz4', [first[0]!], Buffer.from([12, 0, 0, 0, 1, 0, 4])),
    ],
    [
      'has records whose offsets are not in order',
      plain(first.slice(0, 2), Buffer.concat([encodeRecords([first[0]!]), encodeRecords([first[1]!])])),
    ],
  ])('%s', async (reason, batch) => {
    expect((await partsIn(batch)).map(reasonOf)).toEqual([reason]);
  });

  it('is no batch of Kafka at all: then nothing behind it can be read', async () => {
    const noLength = plain(first);
    noLength.writeInt32BE(-7, 8);
    const noFormat = plain(first);
    noFormat[16] = 9;
    for (const broken of [noLength, noFormat])
      expect((await partsIn(Buffer.concat([at(3, broken), at(8, plain(second))]))).map(reasonOf)).toEqual([
        'is not in a format that Kafka has',
      ]);
  });

  it('gives back its memory, whoever stops asking, and however often', async () => {
    const batch = compressed(
      'zstd',
      Array.from({ length: 40 }, () => Buffer.alloc(1_500_000)),
    );
    // Of 60 MB: two that are never given back would stop all that follow.
    const stopped = async (): Promise<number> => {
      await using parts = open(batch);
      const { value } = await parts.next();
      return value?.kind === 'records' ? value.records.length : 0;
    };
    expect(await Promise.all([stopped(), stopped(), stopped()])).toEqual([1, 1, 1]);
    expect(await partsIn(batch)).toHaveLength(40);
  });

  it('whatever is damaged, is handed over or unreadable: nothing is thrown, and no record lies outside of its batch', async () => {
    const log = Buffer.concat([
      ...names.map((codec, i) => at(i * values.length, compressed(codec, values))),
      at(names.length * values.length, plain(values)),
    ]);
    const damage = fc.array(fc.tuple(fc.nat(log.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(log);
        for (const [where, byte] of changes) bytes[where] = byte;
        for (const part of await partsIn(bytes)) {
          if (part.kind === 'unreadable') continue;
          for (const { headers, value, key } of part.records)
            if ([...headers].length + (value?.length ?? 0) + (key?.length ?? 0) > log.length) return false;
        }
        return true;
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        async (bytes) => (await partsIn(Buffer.from(bytes))).length < 300,
      ),
    );
  });
});
