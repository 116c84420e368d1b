import { testKafkaBrokers, testTopicName } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { setTopicSettings } from '../../../testing/index.ts';
import { connectKafka } from '../connect.ts';
import { ensureTopics } from '../ensure-topics.ts';
import type { LogRecord } from './log-record.ts';
import { connectPublisher } from '../produce/publisher.ts';
import { readRanges } from '../consume/read-ranges.ts';
import { endOffsets } from '../topics.ts';

const log = createLog({ service: 'test', level: 'silent' });
const brokers = testKafkaBrokers();
const kafka = connectKafka({ brokers, clientId: 'test', log });

async function newTopic(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 1, log });
  if (Object.keys(settings).length > 0) await setTopicSettings(kafka, topic, settings);
  return topic;
}

async function readAll(topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const ends = await endOffsets(kafka, topic);
  const ranges = new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }]));
  await readRanges(kafka, { topic, ranges, onRecords: (chunk) => void records.push(...chunk), log });
  return records;
}

const valuesOf = (records: readonly LogRecord[]): (string | undefined)[] =>
  records.map(({ value }) => value?.toString());

// Batches that Kafka's own producer writes in each codec are read by apps/e2e/src/projector/unreadable-batch-tests.ts.
it.each(['snappy', 'lz4', 'zstd', 'gzip'])('reads batches that a broker has recompressed with %s', async (codec) => {
  const topic = await newTopic({ 'compression.type': codec });
  await using publisher = await connectPublisher(kafka);
  const values = Array.from({ length: 200 }, (_, i) => `${i} ${'y'.repeat(i)}`);
  for (const batch of [values.slice(0, 120), values.slice(120)])
    await publisher.publishBatch(
      batch.map((value) => ({ topic, partition: 0, key: 'k', value: Buffer.from(value), headers: { a: 'b' } })),
    );
  const records = await readAll(topic);
  expect(valuesOf(records)).toEqual(values);
  expect(records.map(({ headers }) => headers.get('a')?.toString())).toEqual(values.map(() => 'b'));
});
