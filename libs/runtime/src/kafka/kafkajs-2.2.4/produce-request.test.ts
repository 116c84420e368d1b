import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { UnsentRecord } from '../encode/record-batch.ts';
import { requireInternal } from './internals.ts';
import { encodeProduce } from './produce-request.ts';
import type { ProduceOptions } from './produce-request.ts';

type CreateRequest = (options: ProduceOptions) => { readonly encode: () => Promise<{ readonly buffer: Buffer }> };
const createByKafkajs = requireInternal<CreateRequest>('protocol/requests/produce/v3/request.js');
const encodeByKafkajs = async (options: ProduceOptions): Promise<Buffer> =>
  (await createByKafkajs(options).encode()).buffer;

beforeEach(() => void jest.spyOn(Date, 'now').mockReturnValue(1_772_456_400_123));
afterEach(() => void jest.restoreAllMocks());

const produceOptions = (records: readonly UnsentRecord[]): ProduceOptions => ({
  acks: -1,
  timeout: 30_000,
  producerId: 2n ** 40n + 7n,
  producerEpoch: 3,
  topicData: [{ topic: 'call-events', partitions: [{ partition: 11, messages: records, firstSequence: 70_000 }] }],
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constant('x'.repeat(70)));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record: fc.Arbitrary<UnsentRecord> = fc.record({
  key: fc.oneof(text, bytes, fc.constant(null)),
  value: fc.oneof(text, bytes, fc.constant(null)),
  headers: fc.dictionary(text, fc.oneof(text, bytes), { maxKeys: 9 }),
});

it('a request has the bytes that kafkajs encodes, whatever its records are', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { maxLength: 3 }),
      async (partitions) => {
        const options = {
          ...produceOptions([]),
          topicData: [
            {
              topic: 'Überläufe',
              partitions: partitions.map((messages, partition) => ({ partition, messages, firstSequence: partition })),
            },
          ],
        };
        expect(encodeProduce(options).toString('hex')).toBe((await encodeByKafkajs(options)).toString('hex'));
      },
    ),
  ));

it.each([0, 40, 60, 8_150, 8_190, 8_191, 1_048_560, 1_048_570, 3_000_000])(
  'the length of a record takes as many bytes as it needs, with a value of %d bytes',
  async (length) => {
    const records = [1, 2].map(() => ({ key: null, value: Buffer.alloc(length, 'v'), headers: {} }));
    const options = produceOptions(records);
    expect(encodeProduce(options).equals(await encodeByKafkajs(options))).toBe(true);
  },
);

it('offsets of 130 records take one byte or two', async () => {
  const options = produceOptions(Array.from({ length: 130 }, () => ({ key: 'k', value: 'v', headers: { a: 'b' } })));
  expect(encodeProduce(options).equals(await encodeByKafkajs(options))).toBe(true);
});

it('a header without a value becomes an empty one', async () => {
  const headers = { ce_id: undefined };
  const encoded = encodeProduce(produceOptions([{ key: null, value: null, headers }]));
  const expected = await encodeByKafkajs(produceOptions([{ key: null, value: null, headers: { ce_id: '' } }]));
  expect(encoded.equals(expected)).toBe(true);
});
