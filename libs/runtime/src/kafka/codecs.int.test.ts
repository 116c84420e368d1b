import kafkajs from 'kafkajs';
import { hasJavaProducer, produceWithJava, testKafkaBrokers, testTopicName } from '@callstream/stack';
import type { JavaRecord } from '@callstream/stack';
import { createLog } from '../log.ts';
import { connectKafka, withAdmin } from './connect.ts';
import { ensureTopics } from './ensure-topics.ts';
import type { LogRecord } from './log-record.ts';
import { connectPublisher } from './publisher.ts';
import { readRanges } from './read-ranges.ts';
import { endOffsets } from './topics.ts';

const log = createLog({ service: 'test', level: 'silent' });
const brokers = testKafkaBrokers();
const kafka = connectKafka({ brokers, clientId: 'test', log });

async function newTopic(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 1, log });
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  if (configEntries.length > 0)
    await withAdmin(kafka, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
      }),
    );
  return topic;
}

async function readAll(topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const ends = await endOffsets(kafka, topic);
  const ranges = new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }]));
  await readRanges(kafka, { topic, ranges, onRecords: (some) => void records.push(...some), log });
  return records;
}

const valuesOf = (records: readonly LogRecord[]): (string | undefined)[] =>
  records.map(({ value }) => value?.toString());

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const canProduce = await hasJavaProducer();
if (!canProduce) console.warn("Kafka's own producer is not tried here: it takes a JDK.");
const withJava = canProduce ? it : it.skip;

withJava(
  "reads what Kafka's own producer writes in each codec, beside uncompressed batches, in order",
  async () => {
    const topic = await newTopic();
    const recordsOf = (codec: JavaRecord['codec']): JavaRecord[] =>
      Array.from({ length: 40 }, (_, i) => ({
        ...{ codec, topic, partition: 0, key: `call ${i}` },
        // Some in each batch that cannot be compressed, and some that can be by much.
        value: Buffer.from(`${codec} ${i} ${i % 2 === 0 ? 'x'.repeat(20_000) : String(Math.random())}`),
      }));
    const sent = [...codecs, 'none' as const].flatMap(recordsOf);
    await produceWithJava(brokers, sent);
    const records = await readAll(topic);
    expect(valuesOf(records)).toEqual(sent.map(({ value }) => value.toString()));
    expect(records.map(({ key }) => key?.toString())).toEqual(sent.map(({ key }) => key));
    expect(records.map(({ offset }) => offset)).toEqual(sent.map((_, i) => i));
    // A JVM that compiles takes its time on a busy machine.
  },
  120_000,
);

it.each(['snappy', 'lz4', 'zstd', 'gzip'])('reads what a broker recompresses, on a topic of %s', async (codec) => {
  const topic = await newTopic({ 'compression.type': codec });
  await using publisher = await connectPublisher(kafka);
  const values = Array.from({ length: 200 }, (_, i) => `${i} ${'y'.repeat(i)}`);
  for (const some of [values.slice(0, 120), values.slice(120)])
    await publisher.publishBatch(
      some.map((value) => ({ topic, partition: 0, key: 'k', value: Buffer.from(value), headers: { a: 'b' } })),
    );
  const records = await readAll(topic);
  expect(valuesOf(records)).toEqual(values);
  expect(records.map(({ headers }) => headers.get('a')?.toString())).toEqual(values.map(() => 'b'));
});
