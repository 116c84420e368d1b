import type { Admin, IResourceConfigEntry, ITopicConfig, Kafka } from 'kafkajs';
import pRetry from 'p-retry';
import type { Log } from '../log.ts';
import { withAdmin } from './connect.ts';
import { durabilityProblems } from './durability.ts';
import { deadLetterTopic, leaderRetry, readTopicConfig, readTopicDescription } from './topics.ts';

/** Partitions of a topic that we create. Never changed afterwards: keys would move. */
export const partitionsDefault = 12;

const keptForEver = [
  { name: 'retention.ms', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

/** The largest record of a topic must fit its DLQ, with headers that say why it is there; in bytes. */
const deadLetterRoomBytes = 64 * 1024;

export interface EnsureTopicsOptions {
  readonly topic: string;
  readonly partitions?: number;
  /** Copies of each partition; as many as the brokers make by default if not given. */
  readonly replicas?: number | undefined;
  /** Copies that must have a record before it counts as stored; as the brokers have it by default if not given. */
  readonly inSyncMin?: number | undefined;
  readonly log: Log;
}

/** Creates `topic` and its DLQ where they are missing, kept for ever, and warns of another configuration. */
export async function ensureTopics(
  kafka: Kafka,
  { topic, partitions = partitionsDefault, replicas, inSyncMin, log }: EnsureTopicsOptions,
): Promise<void> {
  const copies = { ...(replicas !== undefined && { replicationFactor: replicas }) };
  const settings = [
    ...keptForEver,
    ...(inSyncMin === undefined ? [] : [{ name: 'min.insync.replicas', value: String(inSyncMin) }]),
  ];
  await withAdmin(kafka, async (admin) => {
    await createTopic(admin, { topic, numPartitions: partitions, ...copies, configEntries: settings });
    const { partitions: numPartitions, messageBytesMax, durability } = await readTopicDescription(admin, topic);
    const wide = { name: 'max.message.bytes', value: String(messageBytesMax + deadLetterRoomBytes) };
    const dlq = deadLetterTopic(topic);
    await createTopic(admin, { topic: dlq, numPartitions, ...copies, configEntries: [...settings, wide] });
    const ofDlq = await readTopicDescription(admin, dlq);
    for (const reason of durabilityProblems(durability)) log.warn({ topic, reason }, 'topic.not-durable');
    for (const reason of durabilityProblems(ofDlq.durability)) log.warn({ topic: dlq, reason }, 'topic.not-durable');
    for (const name of [topic, dlq]) await checkSettings(admin, { topic: name, wanted: keptForEver, log });
    // Not changed by us: kafkajs can only replace all settings of a topic. A record that does not fit is put there by reference.
    if (ofDlq.messageBytesMax <= messageBytesMax)
      warnOfSetting({ topic: dlq, setting: wide.name, found: String(ofDlq.messageBytesMax), wanted: wide.value, log });
  });
}

/**
 * Creates the topic unless it exists, and resolves once the leader of each partition answers for it. kafkajs's own
 * `waitForLeaders` fails when the broker that it asks does not know the new topic yet, and a leader in the metadata may
 * not host its partition yet.
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
  const found = await readTopicConfig(admin, topic);
  for (const { name, value } of wanted)
    if (found.get(name) !== value)
      warnOfSetting({ topic, setting: name, found: found.get(name) ?? '', wanted: value, log });
}

function warnOfSetting(differing: { topic: string; setting: string; found: string; wanted: string; log: Log }): void {
  const { topic, setting, found, wanted, log } = differing;
  const reason = `${setting} is ${found}: set it to ${wanted} (kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${wanted})`;
  log.warn({ topic, setting, found, wanted, reason }, 'topic.configuration-differs');
}
