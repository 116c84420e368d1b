import { connectKafka, createLog, ensureTopics } from '@callstream/runtime';
import { isPortFree, testKafkaBrokers, testTopicName } from '@callstream/stack';
import { waitForTopic } from './wait-for-topic.ts';

const log = createLog({ service: 'test', level: 'silent' });
const never = new Promise<never>(() => undefined);

describe('before the first webhook', () => {
  it('waits for a topic that is not there yet', async () => {
    const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'test', log });
    const topic = testTopicName();
    const waiting = waitForTopic(kafka, topic, { stopped: never, log });
    await ensureTopics(kafka, { topic, partitions: 2, log });
    expect(await waiting).toMatchObject({ partitions: 2 });
  });
  it('stops waiting for a Kafka that is away when it is asked to stop', async () => {
    expect(await isPortFree(1, '127.0.0.1')).toBe(true);
    // A patient client would try for seconds after the test, and keep its process.
    const kafka = connectKafka({ brokers: ['127.0.0.1:1'], clientId: 'test', connects: 'once', log });
    expect(await waitForTopic(kafka, 'any', { stopped: Promise.resolve(), log })).toBeUndefined();
  });
});
