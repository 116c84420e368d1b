import { gzipSync } from 'node:zlib';
import { compressSync } from 'snappy';
import type { KafkaMessage } from 'kafkajs';
import { createByteBudget } from '../decode/byte-budget.ts';
import { receivedAtOf, toLogRecord } from '../decode/log-record.ts';
import type { LogRecord } from '../decode/log-record.ts';
import { RecordView } from '../decode/record-view.ts';
import { decodeBudgetBytes, decodeChunks } from '../decode/record-chunks.ts';
import type { FetchedPartition } from '../decode/record-chunks.ts';
import { installCompressionCodecs } from './compression-codecs.ts';
import { createDecodeFetch } from './fetch-response.ts';
import { requireInternal } from './internals.ts';

interface Encoder {
  readonly buffer: Buffer;
  readonly writeInt16: (number: number) => Encoder;
  readonly writeInt32: (number: number) => Encoder;
  readonly writeInt64: (number: number) => Encoder;
  readonly writeString: (text: string) => Encoder;
  readonly writeBytes: (bytes: Buffer) => Encoder;
}
interface RecordInput {
  readonly key?: string | null;
  readonly value?: Buffer | null;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly timestampDelta?: number;
}

const KafkajsEncoder = requireInternal<new () => Encoder>('protocol/encoder.js');
const KafkajsDecoder = requireInternal<new (bytes: Buffer) => object>('protocol/decoder.js');
const encodeRecord = requireInternal<(record: object) => object>('protocol/recordBatch/record/v0/index.js');
const { RecordBatch } = requireInternal<{ RecordBatch: (batch: object) => Promise<Encoder> }>(
  'protocol/recordBatch/v0/index.js',
);
const decodeBatch = requireInternal<(decoder: object) => Promise<{ records: KafkaMessage[] }>>(
  'protocol/recordBatch/v0/decoder.js',
);
const encodeMessageSet = requireInternal<(set: object) => Encoder>('protocol/messageSet/index.js');
const decodeFetch = createDecodeFetch();

const gzip = 1;
const snappy = 2;
const firstTimestamp = 1_772_456_400_000;

/** A batch as a broker sends it, by kafkajs's encoder. */
const batchOf = async (records: readonly RecordInput[], overrides: object = {}): Promise<Buffer> => {
  const batch = {
    compression: 0,
    firstOffset: 5,
    firstTimestamp,
    maxTimestamp: firstTimestamp + 99,
    producerId: 7,
    records: records.map((record, i) => encodeRecord({ offsetDelta: i, ...record })),
    lastOffsetDelta: records.length - 1,
    ...overrides,
  };
  return (await RecordBatch(batch)).buffer;
};

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** The response to a fetch of partition 3 of `t`. */
const responseWith = (bytes: Buffer, aborted: readonly Aborted[] = []): Buffer => {
  const encoder = new KafkajsEncoder()
    .writeInt32(40)
    .writeInt16(0)
    .writeInt32(9)
    .writeInt32(1)
    .writeString('t')
    .writeInt32(1)
    .writeInt32(3)
    .writeInt16(0)
    .writeInt64(8)
    .writeInt64(8)
    .writeInt64(0)
    .writeInt32(aborted.length);
  for (const { producerId, firstOffset } of aborted) encoder.writeInt64(producerId).writeInt64(firstOffset);
  return encoder.writeInt32(-1).writeBytes(bytes).buffer;
};

interface DecodedFetch {
  readonly responses: readonly {
    readonly partitions: readonly { readonly messages: FetchedPartition['messages'] }[];
  }[];
}
const messagesOf = (bytes: Buffer, aborted: readonly Aborted[] = []): FetchedPartition['messages'] =>
  (decodeFetch(responseWith(bytes, aborted)) as DecodedFetch).responses[0]?.partitions[0]?.messages ?? [];
/** Records that a consumer gets: without those that kafkajs filters out. */
const recordsOf = async (
  bytes: Buffer,
  { from = -1, aborted = [] as readonly Aborted[] } = {},
): Promise<LogRecord[]> => {
  const messages = messagesOf(bytes, aborted).filter(
    (message) => (message as { isControlRecord?: boolean }).isControlRecord !== true && Number(message.offset) >= from,
  );
  const records: LogRecord[] = [];
  for await (const chunk of decodeChunks(
    { topic: 't', partition: 3, from, messages },
    createByteBudget(decodeBudgetBytes),
  ))
    if (chunk.kind === 'records') records.push(...chunk.records);
    else throw new Error(chunk.batch.reason);
  return records;
};

const inputs: readonly RecordInput[] = [
  { key: 'a call', value: Buffer.from('{"type":"call.new"}'), headers: { ce_id: 'an id', é: 'ü', empty: '' } },
  { key: null, value: null, timestampDelta: -4_000_000_000 },
  { key: '', value: Buffer.alloc(300, 'x'), timestampDelta: 77, headers: { twice: ['a', 'b'] } },
];

describe('a decoded fetch response', () => {
  it('has the same records as with the decoder of kafkajs', async () => {
    const bytes = Buffer.concat([await batchOf(inputs), await batchOf(inputs.slice(0, 1), { firstOffset: 2 ** 41 })]);
    const second = bytes.subarray(12 + bytes.readInt32BE(8));
    const batches = [await decodeBatch(new KafkajsDecoder(bytes)), await decodeBatch(new KafkajsDecoder(second))];
    const expected = batches.flatMap(({ records }) => records).map((message) => toLogRecord('t', 3, message));
    const records = await recordsOf(bytes);
    expect(records.every((record) => record instanceof RecordView)).toBe(true);
    expect(records.map(({ offset }) => offset)).toEqual([5, 6, 7, 2 ** 41]);
    for (const [i, { topic, partition, offset, timestamp, key, value, headers }] of records.entries())
      expect({ topic, partition, offset, timestamp, key, value, headers: new Map(headers) }).toEqual(expected[i]);
  });

  it('has the other fields that kafkajs reads', async () => {
    const batch = await batchOf(inputs.slice(0, 1), { transactional: true });
    expect(decodeFetch(responseWith(batch))).toMatchObject({
      throttleTime: 0,
      clientSideThrottleTime: 40,
      errorCode: 0,
      sessionId: 9,
      responses: [
        {
          topicName: 't',
          partitions: [
            {
              partition: 3,
              errorCode: 0,
              highWatermark: '8',
              lastStableOffset: '8',
              lastStartOffset: '0',
              abortedTransactions: [],
              preferredReadReplica: -1,
              messages: [{ isControlRecord: false, batchContext: { producerId: '7', inTransaction: true } }],
            },
          ],
        },
      ],
    });
    batch[22] = 0x20;
    expect(messagesOf(batch)).toMatchObject([{ isControlRecord: true, offset: 5 }]);
  });

  it.each([0, gzip])(
    'has no records of aborted transactions, even of two that began before the fetch (codec %i)',
    async (codec) => {
      const transactional = (firstOffset: number, producerId: number, overrides: object = {}) =>
        batchOf([{ value: Buffer.from(`${firstOffset}`) }], {
          firstOffset,
          producerId,
          transactional: true,
          compression: codec,
          ...overrides,
        });
      const marker = async (firstOffset: number, producerId: number, type: number) => {
        const batch = await batchOf([{ key: `\0\0\0${String.fromCharCode(type)}` }], { firstOffset, producerId });
        batch[22] = 0x30;
        return batch;
      };
      const log = Buffer.concat([
        await transactional(10, 2),
        await transactional(11, 1),
        await transactional(12, 3),
        await marker(13, 2, 0),
        await transactional(14, 2),
        await marker(15, 3, 1),
        await marker(16, 1, 0),
        await transactional(17, 1, { transactional: false }),
      ]);
      const aborted = [
        { producerId: 1, firstOffset: 3 },
        { producerId: 2, firstOffset: 4 },
      ];
      const records = await recordsOf(log, { from: 10, aborted });
      expect(records.map(({ value }) => value?.toString())).toEqual(['12', '14', '17']);
      // kafkajs needs a message for each skipped batch, to fetch after it.
      expect(messagesOf(log, aborted).map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14, 15, 16, 17]);
    },
  );

  it('has a message for a batch that compaction has emptied, so that kafkajs fetches after it', async () => {
    const batch = await batchOf([], { lastOffsetDelta: 4 });
    expect(messagesOf(batch)).toMatchObject([{ isControlRecord: true, offset: 9 }]);
  });

  it('has the timestamp of the broker if the topic uses log append time', async () => {
    const batch = await batchOf(inputs);
    batch[22] = 0x08;
    expect((await recordsOf(batch)).map(({ timestamp }) => timestamp)).toEqual(inputs.map(() => firstTimestamp + 99));
  });

  it('ignores a batch that is cut off at its end', async () => {
    const whole = await batchOf(inputs);
    expect(await recordsOf(Buffer.concat([whole, whole.subarray(0, whole.length - 1)]))).toHaveLength(3);
    expect(await recordsOf(whole.subarray(0, 30))).toEqual([]);
    expect(await recordsOf(Buffer.alloc(0))).toEqual([]);
  });

  it('may mix compressed and uncompressed batches, and begin before the requested offset', async () => {
    const [plain, compressed] = [await batchOf(inputs), await batchOf(inputs, { compression: gzip, firstOffset: 8 })];
    const fieldsOf = (records: readonly LogRecord[]) =>
      records.map(({ topic, partition, offset, timestamp, key, value, headers }) => {
        return { topic, partition, offset, timestamp, key, value, headers: new Map(headers) };
      });
    const expected = fieldsOf(await recordsOf(plain));
    expect(expected).toHaveLength(3);
    expect(fieldsOf(await recordsOf(Buffer.concat([compressed, plain])))).toEqual([
      ...expected.map((record) => ({ ...record, offset: record.offset + 3 })),
      ...expected,
    ]);
    expect((await recordsOf(compressed, { from: 10 })).map(({ offset }) => offset)).toEqual([10]);
  });

  it.each([0, gzip, snappy])('may have a message format from before Kafka 0.11 (codec %i)', async (compression) => {
    installCompressionCodecs();
    const plain = encodeMessageSet({
      messageVersion: 1,
      compression: 0,
      entries: [{ key: 'k', value: 'v', timestamp: 12 }],
    });
    const value = compression === snappy ? compressSync(plain.buffer) : gzipSync(plain.buffer);
    const wrapper = encodeMessageSet({
      messageVersion: 1,
      compression,
      entries: [{ value, timestamp: 12, compression }],
    });
    const [record] = await recordsOf(compression === 0 ? plain.buffer : wrapper.buffer);
    expect(record).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 12 });
    expect(record?.headers.get('received_at')).toBeUndefined();
  });
});

describe('the headers of a record', () => {
  const headersOf = async (headers: RecordInput['headers'], lastHasNone = false) => {
    const batch = await batchOf([{ key: 'k', value: Buffer.from('v'), ...(headers && { headers }) }]);
    // kafkajs cannot send a header without a value, others can: the last byte is length −1 instead of 0.
    if (lastHasNone) batch[batch.length - 1] = 1;
    const [record] = await recordsOf(batch);
    if (!record) throw new Error('No record was decoded.');
    return record.headers;
  };
  it('are iterated in their order', async () => {
    const headers = await headersOf({ ce_id: 'an id', é: 'ü', empty: '', none: '' }, true);
    expect([...headers].map(([name, value]) => [name, value?.toString()])).toEqual([
      ['ce_id', 'an id'],
      ['é', 'ü'],
      ['empty', ''],
      ['none', undefined],
    ]);
    expect([...(await headersOf({}))]).toEqual([]);
  });
  it('are found by name; of several with one name, the last', async () => {
    const headers = await headersOf({ first: '1', é: 'ü', twice: ['a', 'b'], other: '2', none: '' }, true);
    const names = ['first', 'twice', 'other', 'none', 'missing'];
    expect(names.map((name) => headers.get(name)?.toString())).toEqual(['1', 'b', '2', undefined, undefined]);
  });
  it('contain the time of reception', async () => {
    const [record] = await recordsOf(await batchOf([{ headers: { received_at: '2026-03-02T13:00:00.000Z' } }]));
    if (!record) throw new Error('No record was decoded.');
    expect(receivedAtOf(record).text).toBe('2026-03-02T13:00:00.000Z');
  });
});
