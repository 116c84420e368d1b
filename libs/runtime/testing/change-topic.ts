import kafkajs from 'kafkajs';
import pRetry from 'p-retry';
import { withAdmin } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';
import { createTopic } from '../src/kafka/create-topic.ts';
import type { NewTopic } from '../src/kafka/create-topic.ts';

/** Creates one topic with these settings, without a DLQ. */
export const createTopicWith = (kafka: Kafka, options: NewTopic): Promise<void> =>
  withAdmin(kafka, (admin) => createTopic(admin, options));

/** Resolves once no broker lists the topic. */
export const deleteTopic = (kafka: Kafka, topic: string): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    const assertGone = async (): Promise<void> => {
      if ((await admin.listTopics()).includes(topic)) throw new Error(`Topic "${topic}" is not deleted.`);
    };
    await pRetry(assertGone, { retries: 200, minTimeout: 100, factor: 1 });
  });

/** @param partitions how many the topic has afterwards */
export async function addPartitions(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  await withAdmin(kafka, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] }));
}

/** Deletes records. `offsets`: by partition, the offset of the first record that stays. */
export const deleteRecordsBefore = (
  kafka: Kafka,
  topic: string,
  offsets: Readonly<Record<number, number>>,
): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    await admin.fetchTopicOffsets(topic); // deleteTopicRecords does not load the metadata that it needs
    const partitions = Object.entries(offsets).map(([partition, offset]) => ({
      partition: Number(partition),
      offset: String(offset),
    }));
    await admin.deleteTopicRecords({ topic, partitions });
  });

/** Replaces all settings of the topic. */
export async function setTopicSettings(
  kafka: Kafka,
  topic: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await withAdmin(kafka, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
}
