import kafkajs from 'kafkajs';
import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import { withAdmin } from './connect.ts';
import { isTransientKafkaFailure } from './failures.ts';

/** Partitions of a topic that we create. Never changed afterwards: keys would move. */
export const partitionsDefault = 12;

const keptForEver = [
  { name: 'retention.ms', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

/** What of a topic its users must know. */
export interface TopicFacts {
  readonly partitions: number;
  /** Largest batch of a partition that it takes, in bytes. */
  readonly messageBytesMax: number;
}

/** Topic for the records of `topic` that are no events. As many partitions, kept for ever. */
export const deadLetterTopic = (topic: string): string => `${topic}-dlq`;

/** The largest record of a topic must fit its DLQ, with headers that say why it is there; in bytes. */
const deadLetterRoomBytes = 64 * 1024;

/** Creates `topic` and its DLQ where they are missing, kept for ever, and warns of another configuration. */
export async function ensureTopics(
  kafka: Kafka,
  { topic, partitions = partitionsDefault, log }: { topic: string; partitions?: number; log: Log },
): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    await create(admin, { topic, numPartitions: partitions, configEntries: keptForEver });
    const { partitions: numPartitions, messageBytesMax } = await readTopic(admin, topic);
    const wide = { name: 'max.message.bytes', value: String(messageBytesMax + deadLetterRoomBytes) };
    const dlq = deadLetterTopic(topic);
    await create(admin, { topic: dlq, numPartitions, configEntries: [...keptForEver, wide] });
    for (const name of [topic, dlq]) {
      const found = await readConfig(admin, name);
      for (const { name: setting, value: wanted } of keptForEver)
        if (found.get(setting) !== wanted)
          log.warn({ topic: name, setting, found: found.get(setting), wanted }, 'topic.configuration-differs');
    }
    const found = (await readTopic(admin, dlq)).messageBytesMax;
    // Not changed by us: kafkajs can only replace all settings of a topic. A record that does not fit is put there by reference.
    if (found <= messageBytesMax)
      log.warn({ topic: dlq, setting: wide.name, found, wanted: wide.value }, 'topic.configuration-differs');
  });
}

async function create(admin: Admin, config: ITopicConfig): Promise<void> {
  if ((await admin.listTopics()).includes(config.topic)) return;
  await admin.createTopics({ waitForLeaders: false, topics: [config] });
  await pRetry(() => checkLeaders(admin, config.topic), leaderRetry);
}

/** Whether there is such a topic. Kafka's other answers leave open whether it is only not known yet. */
export const topicExists = async (kafka: Kafka, topic: string): Promise<boolean> =>
  (await withAdmin(kafka, (admin) => admin.listTopics())).includes(topic);

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
  const max = (await readConfig(admin, topic)).get('max.message.bytes');
  return { partitions: topics[0]?.partitions.length ?? 0, messageBytesMax: Number(max ?? 1_048_588) };
}

async function readConfig(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

export const topicFacts = (kafka: Kafka, topic: string): Promise<TopicFacts> =>
  withAdmin(kafka, (admin) => readTopic(admin, topic));

/**
 * First offset that the log still has, and the one that its next record will have, of each partition. Asked again for
 * some seconds; aborted by `signal`, at the next attempt.
 */
export async function endOffsets(
  kafka: Kafka,
  topic: string,
  signal?: AbortSignal,
): Promise<Map<number, { low: number; high: number }>> {
  // A broker that has just got the partition, or lost it, says so for a moment.
  const ask = () => withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic), { retry: { retries: 0 } });
  const offsets = await pRetry(ask, {
    ...leaderRetry,
    shouldRetry: ({ error }) => isTransientKafkaFailure(error),
    ...(signal ? { signal } : {}),
  });
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
}

/** First offset of each partition whose record has this timestamp (ms since 1970) or a later one; the end, if there is none. */
export async function offsetsSince(kafka: Kafka, topic: string, timestamp: number): Promise<Map<number, number>> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp));
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
}
