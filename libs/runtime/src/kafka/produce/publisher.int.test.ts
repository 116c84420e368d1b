import { testKafkaBrokers, testTopicName } from '@callstream/stack';
import { createLog } from '../../log.ts';
import { toKafkajs } from '../client.ts';
import { connectKafka } from '../connect.ts';
import { connectPublisher } from './publisher.ts';
import type { ProducerRecord } from './publisher.ts';
import { ensureTopics } from '../ensure-topics.ts';
import { endOffsets } from '../topics.ts';

const log = createLog({ service: 'test', level: 'silent' });
const recordTo = (topic: string): ProducerRecord => ({
  topic,
  partition: 0,
  key: 'k',
  value: Buffer.from('{}'),
  headers: {},
});

it('a publisher uses a new producer after each failed send: the old one may use sequence numbers twice', async () => {
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });
  const topic = testTopicName();
  await ensureTopics(kafka, { topic, partitions: 1, log });
  let producers = 0;
  const client = toKafkajs(kafka);
  const createProducer = client.producer.bind(client);
  client.producer = (config) => {
    producers++;
    return createProducer(config);
  };
  await using publisher = await connectPublisher(kafka);
  for (let failed = 0; failed < 2; failed++) {
    await expect(publisher.publishBatch([recordTo(testTopicName())])).rejects.toThrow();
    await publisher.publishBatch([recordTo(topic)]);
    await publisher.publishBatch([recordTo(topic)]);
  }
  expect(producers).toBe(3);
  expect(await endOffsets(kafka, topic)).toEqual(new Map([[0, { low: 0, high: 4 }]]));
});
