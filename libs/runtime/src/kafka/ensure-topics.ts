import type { Admin } from 'kafkajs';
import type { Log } from '../log.ts';
import { withAdmin } from './client.ts';
import type { Kafka } from './client.ts';
import { createTopic } from './create-topic.ts';
import { durabilityProblems } from './durability.ts';
import {
  deadLetterOverheadBytes,
  deadLetterSizeDifference,
  keptForEver,
  settingDifferences,
} from './topic-settings.ts';
import type { SettingDifference } from './topic-settings.ts';
import { deadLetterTopic, readTopicConfig, readTopicDescription } from './topics.ts';

/** Partitions of a topic that we create. Never change them later: keys would move to other partitions. */
export const partitionsDefault = 12;

export interface EnsureTopicsOptions {
  readonly topic: string;
  readonly partitions?: number;
  /** Replicas of each partition; by default as the brokers are configured. */
  readonly replicas?: number | undefined;
  /** `min.insync.replicas`; by default as the brokers are configured. */
  readonly inSyncMin?: number | undefined;
  readonly log: Log;
}

/** Creates `topic` and its DLQ if they are missing, with unlimited retention; warns if existing ones are configured otherwise. */
export async function ensureTopics(
  kafka: Kafka,
  { topic, partitions = partitionsDefault, replicas, inSyncMin, log }: EnsureTopicsOptions,
): Promise<void> {
  const settings = {
    ...keptForEver,
    ...(inSyncMin !== undefined && { 'min.insync.replicas': String(inSyncMin) }),
  };
  await withAdmin(kafka, async (admin) => {
    await createTopic(admin, { topic, partitions, replicas, settings });
    const { partitions: found, messageBytesMax, durability } = await readTopicDescription(admin, topic);
    const dlq = deadLetterTopic(topic);
    const dlqBytesMax = String(messageBytesMax + deadLetterOverheadBytes);
    const dlqSettings = { ...settings, 'max.message.bytes': dlqBytesMax };
    await createTopic(admin, { topic: dlq, partitions: found, replicas, settings: dlqSettings });
    const dlqDescription = await readTopicDescription(admin, dlq);
    for (const reason of durabilityProblems(durability)) log.warn({ topic, reason }, 'topic.not-durable');
    for (const reason of durabilityProblems(dlqDescription.durability))
      log.warn({ topic: dlq, reason }, 'topic.not-durable');
    for (const { topic: name, setting, found: value, wanted, reason } of await readSettingDifferences(admin, topic))
      log.warn({ topic: name, setting, found: value, wanted, reason }, 'topic.configuration-differs');
  });
}

/** Settings of a topic and its DLQ with which records may be deleted, changed or refused. */
export async function readSettingDifferences(admin: Admin, topic: string): Promise<SettingDifference[]> {
  const dlq = deadLetterTopic(topic);
  const settings = await readTopicConfig(admin, topic);
  const dlqSettings = await readTopicConfig(admin, dlq);
  // Not changed here: kafkajs can only replace all settings of a topic.
  return [
    ...settingDifferences(topic, settings),
    ...settingDifferences(dlq, dlqSettings).filter(({ setting }) => setting !== 'max.message.bytes'),
    ...deadLetterSizeDifference(settings, { topic: dlq, settings: dlqSettings }),
  ];
}
