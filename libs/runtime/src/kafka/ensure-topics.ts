import type { Admin, IResourceConfigEntry, ITopicConfig, Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import { withAdmin } from './connect.ts';
import { durabilityProblems } from './durability.ts';
import { deadLetterTopic, leaderRetry, readTopicConfig, readTopicDescription } from './topics.ts';

/** Partitions of a topic that we create. Never change them later: keys would move to other partitions. */
export const partitionsDefault = 12;

const keptForEver = [
  { name: 'retention.ms', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

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
  const replication = { ...(replicas !== undefined && { replicationFactor: replicas }) };
  const settings = [
    ...keptForEver,
    ...(inSyncMin === undefined ? [] : [{ name: 'min.insync.replicas', value: String(inSyncMin) }]),
  ];
  await withAdmin(kafka, async (admin) => {
    await createTopic(admin, { topic, numPartitions: partitions, ...replication, configEntries: settings });
    const { partitions: numPartitions, messageBytesMax, durability } = await readTopicDescription(admin, topic);
    const dlqMaxBytes = { name: 'max.message.bytes', value: String(messageBytesMax + deadLetterOverheadBytes) };
    const dlq = deadLetterTopic(topic);
    await createTopic(admin, { topic: dlq, numPartitions, ...replication, configEntries: [...settings, dlqMaxBytes] });
    const dlqDescription = await readTopicDescription(admin, dlq);
    for (const reason of durabilityProblems(durability)) log.warn({ topic, reason }, 'topic.not-durable');
    for (const reason of durabilityProblems(dlqDescription.durability))
      log.warn({ topic: dlq, reason }, 'topic.not-durable');
    for (const name of [topic, dlq]) await checkSettings(admin, { topic: name, wanted: keptForEver, log });
    // Not changed here: kafkajs can only replace all settings of a topic. Of a record that is too large, the DLQ gets a reference.
    const found = dlqDescription.messageBytesMax;
    if (found <= messageBytesMax)
      warnAboutSetting({
        topic: dlq,
        setting: dlqMaxBytes.name,
        found: String(found),
        wanted: dlqMaxBytes.value,
        log,
      });
  });
}

/**
 * Creates the topic unless it exists, and resolves once the leader of each partition answers. kafkajs's own
 * `waitForLeaders` fails at a broker that does not know the new topic yet, and a leader in the metadata may not have its
 * partition yet.
 */
export async function createTopic(admin: Admin, config: ITopicConfig): Promise<void> {
  if ((await admin.listTopics()).includes(config.topic)) return;
  await admin.createTopics({ waitForLeaders: false, topics: [config] });
  await pRetry(() => admin.fetchTopicOffsets(config.topic), leaderRetry);
}

async function checkSettings(
  admin: Admin,
  { topic, wanted, log }: { topic: string; wanted: readonly IResourceConfigEntry[]; log: Log },
): Promise<void> {
  const config = await readTopicConfig(admin, topic);
  for (const { name, value } of wanted)
    if (config.get(name) !== value)
      warnAboutSetting({ topic, setting: name, found: config.get(name) ?? '', wanted: value, log });
}

interface SettingDifference {
  readonly topic: string;
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  readonly log: Log;
}

function warnAboutSetting({ topic, setting, found, wanted, log }: SettingDifference): void {
  const reason = `${setting} is ${found}. Set it to ${wanted}: kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${wanted}`;
  log.warn({ topic, setting, found, wanted, reason }, 'topic.configuration-differs');
}
