import { jest } from '@jest/globals';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { startProxy, testKafkaBrokers, testTopicName, until } from '@callstream/stack';
import type { Proxy } from '@callstream/stack';
import kafkajs from 'kafkajs';
import {
  connectKafka,
  connectPublisher,
  consume,
  createLog,
  createPartitionOf,
  endOffsets,
  ensureTopics,
  describeTopic,
} from '../index.ts';
import type { Batch, Kafka, ProducerRecord } from '../index.ts';
import { toKafka, toKafkajs, withAdmin } from './client.ts';
import { createTopic } from './create-topic.ts';
import { readSettingDifferences } from './ensure-topics.ts';
import type { SettingDifference } from './topic-settings.ts';

const log = createLog({ service: 'test', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'runtime-test', log });

async function newTopic(partitions: number): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions, log });
  return topic;
}

const record = (topic: string, value: string, partition = 0): ProducerRecord => ({
  topic,
  partition,
  key: 'k',
  value: Buffer.from(value),
  headers: {},
});

/** Values of partition 0 from offset `from`, until there are `count`. */
async function read(topic: string, { from = 0, count }: { from?: number; count: number }): Promise<string[]> {
  const values: string[] = [];
  const positions = new Map([[0, from]]);
  const onBatch = ({ partition, records }: Batch): Promise<number> => {
    values.push(...records.map(({ value }) => value?.toString() ?? ''));
    positions.set(partition, records.at(-1)!.offset + 1);
    return Promise.resolve(positions.get(partition)!);
  };
  await using _consumer = await consume(kafka, {
    groupId: testTopicName(),
    topic,
    concurrency: 1,
    positions: () => positions,
    onBatch,
    commit: false,
    log,
  });
  await until(() => values.length >= count, {
    onTimeout: () => new Error(`${values.length} of ${count}`),
  });
  return values;
}

describe('ensureTopics', () => {
  it('creates a topic and its DLQ, which are usable at once; a second call changes nothing', async () => {
    for (let i = 0; i < 10; i++) {
      const topic = await newTopic(3);
      await ensureTopics(kafka, { topic, partitions: 5, log });
      expect(await describeTopic(kafka, topic)).toMatchObject({
        partitions: 3,
        messageBytesMax: 1_048_588,
        durability: { replicas: 1, inSyncMin: 1, uncleanElection: false },
        settingDifferences: [],
      });
      expect((await endOffsets(kafka, `${topic}-dlq`)).size).toBe(3);
    }
  });

  it('names each setting that can lose, change or refuse records, and the settings that it names cure them all', async () => {
    const topic = testTopicName();
    const odd = {
      'cleanup.policy': 'compact,delete',
      'retention.ms': '604800000',
      'retention.bytes': '1000000000',
      'message.timestamp.type': 'LogAppendTime',
      'message.timestamp.before.max.ms': '3600000',
      'max.message.bytes': '65536',
    };
    await withAdmin(kafka, async (admin) => {
      for (const name of [topic, `${topic}-dlq`])
        await createTopic(admin, { topic: name, partitions: 1, settings: odd });
      const differences = await readSettingDifferences(admin, topic);
      const named = (name: string) =>
        differences.filter((found) => found.topic === name).map(({ setting, found }) => [setting, found]);
      expect(named(topic)).toEqual(Object.entries(odd));
      expect(named(`${topic}-dlq`)).toEqual(Object.entries(odd));
      await admin.alterConfigs({
        validateOnly: false,
        resources: [topic, `${topic}-dlq`].map((name) => ({
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name,
          configEntries: differences.filter((found) => found.topic === name).map(addedConfig),
        })),
      });
      expect(await readSettingDifferences(admin, topic)).toEqual([]);
    });
  });
});

/** What the command of a reason sets. */
function addedConfig({ reason }: SettingDifference): { name: string; value: string } {
  const [, name = '', value = ''] = /--add-config (\S+)=(\S+)$/.exec(reason) ?? [];
  return { name, value };
}

it('an idle connection arms no timers', async () => {
  const admin = toKafkajs(kafka).admin();
  await admin.connect();
  await admin.listTopics();
  const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
  // Without the patch of the request queue, it arms 900 to 2,500 timers a second.
  const began = performance.now();
  await until(() => performance.now() - began > 300, {
    everyMs: 300,
    onTimeout: () => new Error('performance.now() does not advance'),
  });
  const timers = setTimeoutSpy.mock.calls.length;
  setTimeoutSpy.mockRestore();
  await admin.disconnect();
  expect(timers).toBeLessThan(20);
});

describe('consume', () => {
  it('starts at the positions of the caller, and seeks to the offset that `onBatch` returns', async () => {
    const topic = await newTopic(1);
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch(Array.from({ length: 10 }, (_, i) => record(topic, String(i))));
    expect(await read(topic, { from: 4, count: 6 })).toEqual(['4', '5', '6', '7', '8', '9']);
    const seen: number[] = [];
    const onBatch = ({ records }: Batch): Promise<number> => {
      seen.push(records[0]!.offset);
      return Promise.resolve(seen.length === 1 ? 7 : 10);
    };
    await using _consumer = await consume(kafka, {
      groupId: testTopicName(),
      topic,
      concurrency: 1,
      positions: () => new Map([[0, 2]]),
      onBatch,
      commit: false,
      log,
    });
    await until(() => seen.length === 2, { onTimeout: () => new Error(`seen ${seen.join()}`) });
    expect(seen).toEqual([2, 7]);
  });
  it('ends with the error of a batch', async () => {
    const topic = await newTopic(1);
    await using publisher = await connectPublisher(kafka);
    await publisher.publishBatch([record(topic, 'x')]);
    const onBatch = (): Promise<number> => Promise.reject(new Error('bug in onBatch'));
    await using consumer = await consume(kafka, {
      groupId: testTopicName(),
      topic,
      concurrency: 1,
      positions: () => new Map(),
      onBatch,
      commit: false,
      log,
    });
    await expect(consumer.failure).rejects.toThrow('bug in onBatch');
  });
});

describe('a publisher', () => {
  it('computes the same partition of a key as clients of Kafka', () => {
    const partitionOf = createPartitionOf(12);
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    for (const key of ['1463669263.30033', 'actor:ana@example.com', '😀', ''])
      expect(partitionOf(key)).toBe(partitioner({ topic: 't', partitionMetadata, message: { key, value: '' } }));
  });

  it('loses no acknowledged record while connections are cut', async () => {
    const topic = await newTopic(1);
    const [host = '', port = ''] = testKafkaBrokers()[0]!.split(':');
    await using proxy = await startProxy({ to: { host, port: Number(port) } });
    const publisher = await connectPublisher(clientThrough(proxy));
    const acknowledged: string[] = [];
    for (let i = 0; i < 60; i++) {
      const sending = publisher.publishBatch([record(topic, String(i))]);
      if (i % 6 === 0) proxy.cut();
      await sending.then(
        () => acknowledged.push(String(i)),
        () => undefined,
      );
    }
    await publisher[Symbol.asyncDispose]();
    expect(acknowledged.length).toBeGreaterThan(40);
    const { high } = (await endOffsets(kafka, topic)).get(0)!;
    const stored = new Set(await read(topic, { count: high }));
    expect(acknowledged.filter((value) => !stored.has(value))).toEqual([]);
  });
});

/** A client that connects through the proxy, although the broker advertises its own address. */
function clientThrough({ port }: Proxy): Kafka {
  const socketFactory = ({ onConnect }: { onConnect: () => void }): Socket => connect(port, '127.0.0.1', onConnect);
  const client = new kafkajs.Kafka({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'proxied',
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory,
  });
  return toKafka(client);
}
