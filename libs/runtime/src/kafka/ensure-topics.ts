import type { Admin } from 'kafkajs';
import type { Log } from '../log.ts';
import { withAdmin } from './client.ts';
import type { Kafka } from './client.ts';
import { createTopic } from './create-topic.ts';
import { durabilityProblems } from './durability.ts';
import { deadLetterTopic, readTopicConfig, readTopicDescription } from './topics.ts';

/** Partitions of a topic that we create. Never change them later: keys would move to other partitions. */
export const partitionsDefault = 12;

const keptForEver = { 'retention.ms': '-1', 'cleanup.policy': 'delete' };

/** What a dead letter has beside the largest record of its topic, in bytes: headers with the reason. */
const deadLetterOverheadBytes = 64 * 1024;

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

export interface SettingDifference {
  readonly topic: string;
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  /** With the command that sets it. */
  readonly reason: string;
}

/** Settings of a topic and its DLQ with which records may be deleted, or dead letters refused. */
export async function readSettingDifferences(admin: Admin, topic: string): Promise<SettingDifference[]> {
  const dlq = deadLetterTopic(topic);
  const [config, dlqConfig] = [await readTopicConfig(admin, topic), await readTopicConfig(admin, dlq)];
  const differences = [
    ...Object.entries(keptForEver).map(([setting, wanted]) => ({ topic, setting, found: config.get(setting), wanted })),
    ...Object.entries(keptForEver).map(([setting, wanted]) => ({
      topic: dlq,
      setting,
      found: dlqConfig.get(setting),
      wanted,
    })),
  ].filter(({ found, wanted }) => found !== wanted);
  const setting = 'max.message.bytes';
  const [bytesMax, dlqBytesMax] = [Number(config.get(setting)), Number(dlqConfig.get(setting))];
  // Not changed here: kafkajs can only replace all settings of a topic. Of a record that is too large, the DLQ gets a reference.
  if (dlqBytesMax <= bytesMax) {
    const wanted = String(bytesMax + deadLetterOverheadBytes);
    differences.push({ topic: dlq, setting, found: String(dlqBytesMax), wanted });
  }
  return differences.map(({ topic: name, setting, found = '', wanted }) => ({
    topic: name,
    setting,
    found,
    wanted,
    reason: `${setting} is ${found}. Set it to ${wanted}: kafka-configs.sh --alter --entity-type topics --entity-name ${name} --add-config ${setting}=${wanted}`,
  }));
}
