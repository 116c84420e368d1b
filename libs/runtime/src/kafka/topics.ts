import kafkajs from 'kafkajs';
import type { Admin, Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import { withAdmin } from './connect.ts';
import type { Durability } from './durability.ts';
import { isTransientKafkaError } from './errors.ts';

/** What of a topic its users must know. */
export interface TopicDescription {
  readonly partitions: number;
  /** Largest batch of a partition that it takes, in bytes. */
  readonly messageBytesMax: number;
  readonly durability: Durability;
}

/** Topic for the records of `topic` that are no events. As many partitions, kept for ever. */
export const deadLetterTopic = (topic: string): string => `${topic}-dlq`;

/** Whether there is such a topic. Kafka's other answers leave open whether it is only not known yet. */
export const topicExists = async (kafka: Kafka, topic: string): Promise<boolean> =>
  (await withAdmin(kafka, (admin) => admin.listTopics())).includes(topic);

/** A new topic is not known everywhere at once; kafkajs's own wait for its leaders gives up at the first "not here". */
export const leaderRetry = { retries: 20, minTimeout: 50, maxTimeout: 500 };

/** @throws {Error} if there is no such topic */
export async function readTopicDescription(admin: Admin, topic: string): Promise<TopicDescription> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const { brokers } = await admin.describeCluster();
  const partitions = topics[0]?.partitions ?? [];
  const config = await readTopicConfig(admin, topic);
  return {
    partitions: partitions.length,
    messageBytesMax: Number(config.get('max.message.bytes') ?? 1_048_588),
    durability: {
      brokers: brokers.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      inSyncMin: Number(config.get('min.insync.replicas') ?? 1),
      flushRecords: Number(config.get('flush.messages') ?? Infinity),
      uncleanElection: config.get('unclean.leader.election.enable') === 'true',
    },
  };
}

/** Settings of a topic, as they are in effect. */
export async function readTopicConfig(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

export const describeTopic = (kafka: Kafka, topic: string): Promise<TopicDescription> =>
  withAdmin(kafka, (admin) => readTopicDescription(admin, topic));

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
    shouldRetry: ({ error }) => isTransientKafkaError(error),
    ...(signal ? { signal } : {}),
  });
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
}

/** First offset of each partition whose record has this timestamp (ms since 1970) or a later one; the end, if there is none. */
export async function offsetsSince(kafka: Kafka, topic: string, timestamp: number): Promise<Map<number, number>> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp));
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
}
