import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import pRetry from 'p-retry';
import { withAdmin } from './client.ts';
import type { Kafka } from './client.ts';
import type { Durability } from './durability.ts';
import { isTransientKafkaError } from './errors.ts';
import { messageBytesMaxOf, settingDifferences } from './topic-settings.ts';
import type { SettingDifference } from './topic-settings.ts';

export interface TopicDescription {
  /** Number of partitions. */
  readonly partitions: number;
  /** Broker that leads each partition, by number of the partition; -1: none. */
  readonly leaders: readonly number[];
  /** Largest batch that a partition accepts, in bytes (`max.message.bytes`). */
  readonly messageBytesMax: number;
  readonly durability: Durability;
  /** Settings with which records may be deleted, changed or refused. */
  readonly settingDifferences: readonly SettingDifference[];
}

/** Dead-letter queue (DLQ) of `topic`: a topic with as many partitions, kept for ever. */
export const deadLetterTopic = (topic: string): string => `${topic}-dlq`;

/** By the list of topics: other requests do not tell a topic that does not exist from one that is not known yet. */
export const topicExists = async (kafka: Kafka, topic: string): Promise<boolean> =>
  (await withAdmin(kafka, (admin) => admin.listTopics())).includes(topic);

/** Brokers learn of a new topic one after the other; `waitForLeaders` of kafkajs fails at the first that does not know it. */
export const leaderRetry = { retries: 20, minTimeout: 50, maxTimeout: 500 };

export const describeTopic = (kafka: Kafka, topic: string): Promise<TopicDescription> =>
  withAdmin(kafka, (admin) => readTopicDescription(admin, topic));

/** @throws {Error} if the topic does not exist */
export async function readTopicDescription(admin: Admin, topic: string): Promise<TopicDescription> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const { brokers } = await admin.describeCluster();
  const partitions = topics[0]?.partitions ?? [];
  const config = await readTopicConfig(admin, topic);
  return {
    partitions: partitions.length,
    leaders: partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader),
    messageBytesMax: messageBytesMaxOf(config),
    durability: {
      brokers: brokers.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      inSyncMin: Number(config.get('min.insync.replicas') ?? 1),
      flushRecords: Number(config.get('flush.messages') ?? Infinity),
      uncleanElection: config.get('unclean.leader.election.enable') === 'true',
    },
    settingDifferences: settingDifferences(topic, config),
  };
}

/** Settings of a topic that are in effect, defaults of the brokers included. */
export async function readTopicConfig(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

/**
 * By partition: `low`, the first offset in the log, and `high`, the offset of the next record. Retries for some seconds;
 * `signal` aborts before the next attempt.
 */
export async function endOffsets(
  kafka: Kafka,
  topic: string,
  signal?: AbortSignal,
): Promise<Map<number, { low: number; high: number }>> {
  // A broker that has just become leader, or ceased to be it, answers with a transient error.
  const fetchOffsets = () => withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic), { retry: { retries: 0 } });
  const offsets = await pRetry(fetchOffsets, {
    ...leaderRetry,
    shouldRetry: ({ error }) => isTransientKafkaError(error),
    ...(signal ? { signal } : {}),
  });
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
}

/** By partition: the offset of the first record with this timestamp (ms since 1970) or a later one; without one, the end. */
export async function offsetsSince(kafka: Kafka, topic: string, timestamp: number): Promise<Map<number, number>> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, timestamp));
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
}
