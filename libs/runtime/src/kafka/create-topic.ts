import type { Admin } from 'kafkajs';
import pRetry from 'p-retry';
import { leaderRetry } from './topics.ts';

export interface NewTopic {
  readonly topic: string;
  /** Number of partitions; by default as the brokers are configured. */
  readonly partitions?: number;
  /** Replicas of each partition; by default as the brokers are configured. */
  readonly replicas?: number | undefined;
  /** Of each partition, the ids of the brokers with a replica; instead of `partitions` and `replicas`. */
  readonly assignment?: readonly (readonly number[])[];
  /** Settings of the topic by name; others are as the brokers are configured. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Creates the topic unless it exists, and resolves once the leader of each partition answers. kafkajs's own
 * `waitForLeaders` fails at a broker that does not know the new topic yet, and a leader in the metadata may not have its
 * partition yet.
 */
export async function createTopic(
  admin: Admin,
  { topic, partitions, replicas, assignment, settings = {} }: NewTopic,
): Promise<void> {
  if ((await admin.listTopics()).includes(topic)) return;
  const config = {
    topic,
    ...(partitions !== undefined && { numPartitions: partitions }),
    ...(replicas !== undefined && { replicationFactor: replicas }),
    ...(assignment && {
      replicaAssignment: assignment.map((brokers, partition) => ({ partition, replicas: [...brokers] })),
    }),
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  };
  await admin.createTopics({ waitForLeaders: false, topics: [config] });
  await pRetry(() => admin.fetchTopicOffsets(topic), leaderRetry);
}
