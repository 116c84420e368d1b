import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { isPortFree, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { waitForTopic } from './wait-for-topic.ts';

const log = createLog({ service: 'test', level: 'silent' });
const never = new Promise<never>(() => undefined);

describe('waitForTopic', () => {
  it('waits until the topic is created', async () => {
    const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });
    const topic = testTopicName();
    const waiting = waitForTopic(kafka, topic, { stopped: never, log });
    await ensureTopics(kafka, { topic, partitions: 2, log });
    expect(await waiting).toMatchObject({ partitions: 2 });
  });
  it('stops waiting for an unavailable Kafka when ingest stops', async () => {
    expect(await isPortFree(1, '127.0.0.1')).toBe(true);
    // Without `once` the client would retry for seconds after the test, and keep its process running.
    const kafka = connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', retryConnect: false, log });
    expect(await waitForTopic(kafka, 'any', { stopped: Promise.resolve(), log })).toBeUndefined();
  });
});
