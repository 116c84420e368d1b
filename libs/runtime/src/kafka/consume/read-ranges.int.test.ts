import { testKafkaBrokers, testTopicName } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { deleteRecordsBefore } from '../../../testing/index.ts';
import { toKafkajs, withAdmin } from '../client.ts';
import { connectKafka } from '../connect.ts';
import { connectPublisher } from '../produce/publisher.ts';
import { readRanges } from './read-ranges.ts';
import type { OffsetRange } from './read-ranges.ts';
import { ensureTopics } from '../ensure-topics.ts';

const log = createLog({ service: 'test', level: 'silent' });
const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });
const topic = testTopicName();

beforeAll(async () => {
  await ensureTopics(kafka, { topic, partitions: 2, log });
  await using publisher = await connectPublisher(kafka);
  const record = (i: number) => ({ topic, partition: i % 2, key: 'k', value: Buffer.from(String(i)), headers: {} });
  await publisher.publishBatch(Array.from({ length: 20 }, (_, i) => record(i)));
});

async function read(ranges: Record<number, OffsetRange>): Promise<string[]> {
  const seen: string[] = [];
  await readRanges(kafka, {
    topic,
    log,
    ranges: new Map(Object.entries(ranges).map(([partition, range]) => [Number(partition), range])),
    onRecords: (records) => void seen.push(...records.map(({ partition, offset }) => `${partition}:${offset}`)),
  });
  return seen.toSorted();
}

it('reads exactly the offsets of the ranges', async () => {
  expect(await read({ 0: { from: 3, to: 5 }, 1: { from: 9, to: 10 } })).toEqual(['0:3', '0:4', '1:9']);
  expect(await read({ 1: { from: 0, to: 1 } })).toEqual(['1:0']);
});

it('ignores offsets that the log does not have', async () => {
  await deleteRecordsBefore(kafka, topic, { 0: 8 });
  expect(await read({ 0: { from: 0, to: 99 }, 1: { from: 10, to: 20 }, 7: { from: 0, to: 1 } })).toEqual([
    '0:8',
    '0:9',
  ]);
  expect(await read({ 0: { from: 2, to: 4 } })).toEqual([]);
});

it('deletes its consumer group', async () => {
  const groups: string[] = [];
  const client = toKafkajs(kafka);
  const createConsumer = client.consumer.bind(client);
  client.consumer = (config) => {
    groups.push(config.groupId);
    return createConsumer(config);
  };
  await read({ 0: { from: 8, to: 9 } });
  expect(groups).toHaveLength(1);
  const { groups: remaining } = await withAdmin(kafka, (admin) => admin.listGroups());
  expect(remaining.filter(({ groupId }) => groups.includes(groupId))).toEqual([]);
});
