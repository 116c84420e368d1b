import kafkajs from 'kafkajs';
import type { Admin, Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import { withAdmin } from './connect.ts';
import { isTransientKafkaFailure } from './failures.ts';

/** Partitions of a topic that we create. Never changed afterwards: keys would move. */
export const partitionsDefault = 12;

const configEntries = [
  { name: 'retention.ms', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

/** What of a topic its users must know. */
export interface TopicFacts {
  readonly partitions: number;
  /** Largest batch of a partition that it takes, in bytes. */
  readonly messageBytesMax: number;
}

/** Creates `topic` and `<topic>-dlq` where they are missing, kept for ever, and warns of another configuration. */
export async function ensureTopics(
  kafka: Kafka,
  { topic, partitions = partitionsDefault, log }: { topic: string; partitions?: number; log: Log },
): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    await create(admin, topic, partitions);
    const { partitions: actual } = await readTopic(admin, topic);
    await create(admin, `${topic}-dlq`, actual);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    for (const { name, value } of configEntries) {
      const found = resources[0]?.configEntries.find((entry) => entry.configName === name)?.configValue;
      if (found !== value) log.warn({ topic, setting: name, found, wanted: value }, 'topic.configuration-differs');
    }
  });
}

async function create(admin: Admin, topic: string, numPartitions: number): Promise<void> {
  const existing = await admin.listTopics();
  if (existing.includes(topic)) return;
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions, configEntries }] });
  await pRetry(() => checkLeaders(admin, topic), leaderRetry);
}

/** A new topic is not known everywhere at once; kafkajs's own wait for its leaders gives up at the first "not here". */
const leaderRetry = { retries: 20, minTimeout: 50, maxTimeout: 500 };

/** @throws {Error} while a partition of the topic has no leader */
async function checkLeaders(admin: Admin, topic: string): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  if (partitions.length === 0 || partitions.some(({ leader }) => leader < 0))
    throw new Error(`Topic "${topic}" has partitions without a leader.`);
}

/** @throws {Error} if there is no such topic */
async function readTopic(admin: Admin, topic: string): Promise<TopicFacts> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  const max = resources[0]?.configEntries.find((entry) => entry.configName === 'max.message.bytes')?.configValue;
  return { partitions: topics[0]?.partitions.length ?? 0, messageBytesMax: Number(max ?? 1_048_588) };
}

export const topicFacts = (kafka: Kafka, topic: string): Promise<TopicFacts> =>
  withAdmin(kafka, (admin) => readTopic(admin, topic));

/** First offset that the log still has, and the one that its next record will have, of each partition. */
export async function endOffsets(kafka: Kafka, topic: string): Promise<Map<number, { low: number; high: number }>> {
  // A broker that has just got the partition, or lost it, says so for a moment.
  const ask = () => withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  const offsets = await pRetry(ask, { ...leaderRetry, shouldRetry: ({ error }) => isTransientKafkaFailure(error) });
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
}
