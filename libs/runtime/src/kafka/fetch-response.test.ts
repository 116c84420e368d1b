import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import { decodeFetch } from './fetch-response.ts';
import { logRecord, receivedAtOf } from './log-record.ts';
import { PackedRecord } from './packed-record.ts';

interface Encoder {
  readonly buffer: Buffer;
  writeInt16: (number: number) => Encoder;
  writeInt32: (number: number) => Encoder;
  writeInt64: (number: number) => Encoder;
  writeString: (text: string) => Encoder;
  writeBytes: (bytes: Buffer) => Encoder;
}
interface Sent {
  readonly key?: string | null;
  readonly value?: Buffer | null;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly timestampDelta?: number;
}

const require = createRequire(import.meta.url);
const protocol = 'kafkajs/src/protocol';
const EncoderOf = require(`${protocol}/encoder.js`) as new () => Encoder;
const DecoderOf = require(`${protocol}/decoder.js`) as new (bytes: Buffer) => object;
const encodeRecord = require(`${protocol}/recordBatch/record/v0/index.js`) as (record: object) => object;
const { RecordBatch } = require(`${protocol}/recordBatch/v0/index.js`) as {
  RecordBatch: (batch: object) => Promise<Encoder>;
};
const decodeBatch = require(`${protocol}/recordBatch/v0/decoder.js`) as (
  of: object,
) => Promise<{ records: KafkaMessage[] }>;
const encodeSet = require(`${protocol}/messageSet/index.js`) as (set: object) => Encoder;

const gzip = 1;
const firstTimestamp = 1_772_456_400_000;

/** A batch as a broker sends it, by kafkajs' own encoder. */
const batchOf = async (records: readonly Sent[], more: object = {}): Promise<Buffer> => {
  const of = {
    ...{ compression: 0, firstOffset: 5, firstTimestamp, maxTimestamp: firstTimestamp + 99, producerId: 7 },
    records: records.map((record, i) => encodeRecord({ offsetDelta: i, ...record })),
    ...more,
  };
  return (await RecordBatch(of)).buffer;
};

/** The answer to a fetch of partition 3 of `t`. */
const answerWith = (bytes: Buffer): Buffer =>
  new EncoderOf()
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
    .writeInt32(1)
    .writeInt64(7)
    .writeInt64(5)
    .writeInt32(-1)
    .writeBytes(bytes).buffer;

interface Answer {
  readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly KafkaMessage[] }[] }[];
}
const messagesOf = async (bytes: Buffer): Promise<readonly KafkaMessage[]> =>
  ((await decodeFetch(answerWith(bytes))) as Answer).responses[0]?.partitions[0]?.messages ?? [];
const recordsOf = async (bytes: Buffer) => (await messagesOf(bytes)).map((message) => logRecord('t', 3, message));

const all: readonly Sent[] = [
  { key: 'a call', value: Buffer.from('{"type":"call.new"}'), headers: { ce_id: 'an id', é: 'ü', empty: '' } },
  { key: null, value: null, timestampDelta: -4_000_000_000 },
  { key: '', value: Buffer.alloc(300, 'x'), timestampDelta: 77, headers: { twice: ['a', 'b'] } },
];

describe('the answer to a fetch', () => {
  it('says of every record what kafkajs says of it', async () => {
    const bytes = Buffer.concat([await batchOf(all), await batchOf(all.slice(0, 1), { firstOffset: 2 ** 41 })]);
    const second = bytes.subarray(12 + bytes.readInt32BE(8));
    const batches = [await decodeBatch(new DecoderOf(bytes)), await decodeBatch(new DecoderOf(second))];
    const expected = batches.flatMap(({ records }) => records).map((message) => logRecord('t', 3, message));
    const records = await recordsOf(bytes);
    expect(records.every((record) => record instanceof PackedRecord)).toBe(true);
    expect(records.map(({ offset }) => offset)).toEqual([5, 6, 7, 2 ** 41]);
    for (const [i, { topic, partition, offset, timestamp, key, value, headers }] of records.entries())
      expect({ topic, partition, offset, timestamp, key, value, headers: new Map(headers) }).toEqual(expected[i]);
  });

  it('says what else kafkajs asks for', async () => {
    const batch = await batchOf(all.slice(0, 1), { transactional: true });
    expect(await decodeFetch(answerWith(batch))).toMatchObject({
      ...{ throttleTime: 0, clientSideThrottleTime: 40, errorCode: 0, sessionId: 9 },
      responses: [
        {
          topicName: 't',
          partitions: [
            {
              ...{ partition: 3, errorCode: 0, highWatermark: '8', lastStableOffset: '8', lastStartOffset: '0' },
              ...{ abortedTransactions: [{ producerId: '7', firstOffset: '5' }], preferredReadReplica: -1 },
              messages: [{ isControlRecord: false, batchContext: { producerId: '7', inTransaction: true } }],
            },
          ],
        },
      ],
    });
    batch[22] = 0x20;
    expect(await messagesOf(batch)).toMatchObject([{ isControlRecord: true }]);
  });

  it('has the time of the broker where the topic has it so', async () => {
    const batch = await batchOf(all);
    batch[22] = 0x08;
    expect((await recordsOf(batch)).map(({ timestamp }) => timestamp)).toEqual(all.map(() => firstTimestamp + 99));
  });

  it('may end in the middle of a batch', async () => {
    const whole = await batchOf(all);
    expect(await recordsOf(Buffer.concat([whole, whole.subarray(0, whole.length - 1)]))).toHaveLength(3);
    expect(await recordsOf(whole.subarray(0, 30))).toEqual([]);
    expect(await recordsOf(Buffer.alloc(0))).toEqual([]);
  });

  it('may be compressed, or of before Kafka 0.11', async () => {
    const [packed] = await recordsOf(await batchOf(all));
    const [unpacked] = await recordsOf(await batchOf(all, { compression: gzip }));
    if (!packed || !unpacked) throw new Error('Nothing was decoded.');
    const { topic, partition, offset, timestamp, key, value, headers } = packed;
    expect(unpacked).toEqual({ topic, partition, offset, timestamp, key, value, headers: new Map(headers) });
    const old = encodeSet({ messageVersion: 1, compression: 0, entries: [{ key: 'k', value: 'v', timestamp: 12 }] });
    const [record] = await recordsOf(old.buffer);
    expect(record).toMatchObject({ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 12 });
    expect(record?.headers.get('received_at')).toBeUndefined();
  });
});

describe('the headers of a record', () => {
  const headersOf = async (headers: Sent['headers'], lastHasNone = false) => {
    const batch = await batchOf([{ key: 'k', value: Buffer.from('v'), ...(headers && { headers }) }]);
    // Others can send a header without a value, kafkajs cannot: length −1 instead of 0, as the last byte.
    if (lastHasNone) batch[batch.length - 1] = 1;
    const [record] = await recordsOf(batch);
    if (!record) throw new Error('Nothing was decoded.');
    return record.headers;
  };
  it('are all there, in their order, for whoever wants all', async () => {
    const headers = await headersOf({ ce_id: 'an id', é: 'ü', empty: '', none: '' }, true);
    expect([...headers].map(([name, value]) => [name, value?.toString()])).toEqual([
      ['ce_id', 'an id'],
      ['é', 'ü'],
      ['empty', ''],
      ['none', undefined],
    ]);
    expect([...(await headersOf({}))]).toEqual([]);
  });
  it('are found by name; of several of one name the last', async () => {
    const headers = await headersOf({ first: '1', é: 'ü', twice: ['a', 'b'], other: '2', none: '' }, true);
    const names = ['first', 'twice', 'other', 'none', 'missing'];
    expect(names.map((name) => headers.get(name)?.toString())).toEqual(['1', 'b', '2', undefined, undefined]);
  });
  it('say when it was received', async () => {
    const [record] = await recordsOf(await batchOf([{ headers: { received_at: '2026-03-02T13:00:00.000Z' } }]));
    if (!record) throw new Error('Nothing was decoded.');
    expect(receivedAtOf(record).text).toBe('2026-03-02T13:00:00.000Z');
  });
});
