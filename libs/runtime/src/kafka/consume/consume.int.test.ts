import { randomUUID } from 'node:crypto';
import { testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { abortTransaction, committedOffsets, deleteRecordsBefore } from '../../../testing/index.ts';
import { withAdmin } from '../client.ts';
import { connectKafka } from '../connect.ts';
import { startAtEnd } from './committed-offsets.ts';
import { consume } from './consume.ts';
import type { Batch, ConsumeOptions, RunningConsumer } from './consume.ts';
import { connectPublisher } from '../produce/publisher.ts';
import { ensureTopics } from '../ensure-topics.ts';
import { endOffsets } from '../topics.ts';

const log = createLog({ service: 'test', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });

/** A topic of two partitions, each with the records 0 to 9. */
async function filledTopic(): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 2, log });
  await using publisher = await connectPublisher(kafka);
  await publisher.publishBatch(
    Array.from({ length: 20 }, (_, i) => ({
      topic,
      partition: i % 2,
      key: 'k',
      value: Buffer.from(String(Math.floor(i / 2))),
      headers: {},
    })),
  );
  return topic;
}

const body = (value: string) => ({ key: 'k', value: Buffer.from(value), headers: {} });

const abortedTransaction = (topic: string, partition: number): Promise<void> =>
  abortTransaction(kafka, topic, { partition, value: 'aborted' });

interface TestReader extends AsyncDisposable {
  readonly consumer: RunningConsumer;
  /** `partition:value` of each record, in the order of `onBatch`. */
  readonly seen: string[];
  readonly sees: (count: number) => Promise<unknown>;
}

type OnBatch = (batch: Batch) => Promise<number>;
const nextOf = ({ records }: Batch): Promise<number> => Promise.resolve((records.at(-1)?.offset ?? -1) + 1);

async function read(
  topic: string,
  positions: Map<number, number>,
  {
    onBatch = nextOf,
    groupId = randomUUID(),
    commit = false,
    ...others
  }: { onBatch?: OnBatch; groupId?: string; commit?: boolean } & Pick<ConsumeOptions, 'onPositionAdvance'> = {},
): Promise<TestReader> {
  const seen: string[] = [];
  const consumer = await consume(kafka, {
    groupId,
    topic,
    concurrency: 2,
    commit,
    log,
    ...others,
    positions: () => positions,
    onBatch: async (batch) => {
      seen.push(...batch.records.map(({ partition, value }) => `${partition}:${value?.toString() ?? ''}`));
      const next = await onBatch(batch);
      positions.set(batch.partition, next);
      return next;
    },
  });
  const sees = (count: number) =>
    until(() => seen.length >= count, { onTimeout: () => new Error(`only ${seen.join(' ')}`) });
  return { consumer, seen, sees, [Symbol.asyncDispose]: () => consumer[Symbol.asyncDispose]() };
}

const valuesOf = (partition: number, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${partition}:${from + i}`);

describe('a consumer', () => {
  it("reads from the caller's positions, not from Kafka's and not from the start", async () => {
    const topic = await filledTopic();
    await using reader = await read(
      topic,
      new Map([
        [0, 7],
        [1, 4],
      ]),
    );
    await reader.sees(9);
    expect(reader.seen.toSorted()).toEqual([...valuesOf(0, 7, 10), ...valuesOf(1, 4, 10)]);
  });
  it('continues after a restart at the position of the caller, whatever was committed', async () => {
    const topic = await filledTopic();
    const groupId = randomUUID();
    {
      await using first = await read(topic, new Map(), { groupId, commit: true });
      await first.sees(20);
    }
    await using second = await read(
      topic,
      new Map([
        [0, 10],
        [1, 8],
      ]),
      { groupId },
    );
    await second.sees(2);
    expect(second.seen).toEqual(valuesOf(1, 8, 10));
  });
  it('commits offsets to Kafka only with `commit`', async () => {
    const topic = await filledTopic();
    const committed = async (commit: boolean) => {
      const groupId = randomUUID();
      {
        await using reader = await read(topic, new Map(), { groupId, commit });
        await reader.sees(20);
      }
      return [...(await committedOffsets(kafka, { groupId, topic })).values()];
    };
    expect(await committed(true)).toEqual([10, 10]);
    expect(await committed(false)).toEqual([-1, -1]);
  });
  it('seeks back or ahead to the offset that `onBatch` returns', async () => {
    const topic = await filledTopic();
    let calls = 0;
    const onBatch: OnBatch = (batch) => (batch.partition === 0 && calls++ === 0 ? Promise.resolve(6) : nextOf(batch));
    await using reader = await read(topic, new Map([[1, 10]]), { onBatch });
    await reader.sees(14);
    expect(reader.seen).toEqual([...valuesOf(0, 0, 10), ...valuesOf(0, 6, 10)]);
  });
  it('hands over records that are written later, with the high watermark', async () => {
    const topic = await filledTopic();
    const watermarks: number[] = [];
    const onBatch: OnBatch = (batch) => {
      watermarks.push(batch.highWatermark);
      return nextOf(batch);
    };
    await using reader = await read(
      topic,
      new Map([
        [0, 10],
        [1, 10],
      ]),
      { onBatch },
    );
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch([{ topic, partition: 1, key: null, value: Buffer.from('10'), headers: {} }]);
    await reader.sees(1);
    expect(reader.seen).toEqual(['1:10']);
    expect(watermarks).toEqual([11]);
  });
  it('reads other partitions while a batch is slow, and its own partition once the batch is handled', async () => {
    const topic = await filledTopic();
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const onBatch: OnBatch = async (batch) => {
      if (batch.partition === 0) await released;
      return nextOf(batch);
    };
    await using reader = await read(topic, new Map(), { onBatch });
    await using publisher = await connectPublisher(kafka);
    await reader.sees(20);
    await publisher.publishBatch([0, 1].map((partition) => ({ topic, partition, ...body('10') })));
    await reader.sees(21);
    expect(reader.seen.slice(20)).toEqual(['1:10']);
    release(undefined);
    await reader.sees(22);
    expect(reader.seen.slice(21)).toEqual(['0:10']);
  });
  it('ends with the error of a slow batch', async () => {
    const topic = await filledTopic();
    const { promise: broken, reject: breakIt } = Promise.withResolvers<number>();
    await using reader = await read(topic, new Map([[0, 10]]), { onBatch: () => broken });
    await reader.sees(10);
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch([{ topic, partition: 0, ...body('10') }]);
    await reader.sees(11); // partition 1 is slow by now
    breakIt(new Error('broken'));
    await expect(reader.consumer.failure).rejects.toThrow('broken');
  });
  it('skips records of an aborted transaction, and reports the position after them', async () => {
    const topic = await filledTopic();
    await abortedTransaction(topic, 1);
    const advanced: string[] = [];
    await using reader = await read(topic, new Map([[0, 10]]), {
      onPositionAdvance: (partition, next) => advanced.push(`${partition}:${next}`),
    });
    // The transaction has one record and its marker.
    await until(() => advanced.at(-1) === '1:12', {
      onTimeout: () => new Error(advanced.join(' ')),
    });
    expect(reader.seen).toEqual(valuesOf(1, 0, 10));
  });
  it('ends with the error of a batch', async () => {
    const topic = await filledTopic();
    await using reader = await read(topic, new Map(), { onBatch: () => Promise.reject(new Error('broken')) });
    await expect(reader.consumer.failure).rejects.toThrow('broken');
  });
});

describe('a consumer ends, and does not reset its position, if the log does not have it', () => {
  it('when the position is after the end of the log', async () => {
    const topic = await filledTopic();
    await using reader = await read(
      topic,
      new Map([
        [0, 50],
        [1, 10],
      ]),
    );
    await expect(reader.consumer.failure).rejects.toThrow(/Partition 0 .* does not have the requested offset/);
    expect(reader.seen).toEqual([]);
  });
  it('when the position is before the start of the log', async () => {
    const topic = await filledTopic();
    await deleteRecordsBefore(kafka, topic, { 1: 5 });
    expect((await endOffsets(kafka, topic)).get(1)).toEqual({ low: 5, high: 10 });
    await using reader = await read(
      topic,
      new Map([
        [0, 10],
        [1, 2],
      ]),
    );
    await expect(reader.consumer.failure).rejects.toThrow(/Partition 1 .* does not have the requested offset/);
    expect(reader.seen).toEqual([]);
  });
});

it('a group that starts at the end begins there too if the log does not have its committed offset', async () => {
  const topic = await filledTopic();
  const groupId = randomUUID();
  const partitions = [50, 2].map((offset, partition) => ({ partition, offset: String(offset) }));
  await withAdmin(kafka, (admin) => admin.setOffsets({ groupId, topic, partitions }));
  await deleteRecordsBefore(kafka, topic, { 1: 5 });
  await startAtEnd(kafka, { groupId, topic, signal: new AbortController().signal, log });
  expect([...(await committedOffsets(kafka, { groupId, topic })).values()]).toEqual([10, 10]);
});
