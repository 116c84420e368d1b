import type { Check, Diagnosis } from '../command/doctor.ts';
import type { KafkaConnection } from '../config/kafka-env.ts';
import type { Log } from '../log.ts';
import { withAdmin } from './client.ts';
import type { Kafka } from './client.ts';
import { connectKafka } from './connect.ts';
import { readRanges } from './consume/read-ranges.ts';
import { durabilityProblems } from './durability.ts';
import { readSettingDifferences } from './ensure-topics.ts';
import { deadLetterTopic, describeTopic, endOffsets } from './topics.ts';

export interface KafkaChecksOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** Whether the service reads the topic and its DLQ: then both are checked, by reading the last record of the topic. */
  readonly reads: boolean;
  readonly log: Log;
}

/** What a service needs of Kafka. That it may write is not tried: a record would remain. */
export function kafkaChecks({ connection, topic, reads, log }: KafkaChecksOptions): Check[] {
  const kafka = connectKafka({ ...connection, clientId: 'callstream-doctor', retryConnect: false, log });
  const checks = [
    { name: 'Kafka', run: () => diagnoseCluster(kafka) },
    { name: `topic ${topic}`, run: () => diagnoseTopic(kafka, topic) },
  ];
  const dlq = deadLetterTopic(topic);
  if (reads)
    checks.push(
      { name: `topic ${dlq}`, run: () => diagnoseTopic(kafka, dlq) },
      { name: 'topic settings', run: () => diagnoseSettings(kafka, topic) },
      { name: 'reading', run: () => readLastRecord(kafka, topic, log) },
    );
  return checks;
}

async function diagnoseCluster(kafka: Kafka): Promise<Diagnosis> {
  const { brokers } = await withAdmin(kafka, (admin) => admin.describeCluster());
  return { facts: [`brokers: ${brokers.map(({ host, port }) => `${host}:${port}`).join(', ')}`] };
}

async function diagnoseTopic(kafka: Kafka, topic: string): Promise<Diagnosis> {
  const { partitions, durability } = await describeTopic(kafka, topic);
  const facts = [`${partitions} partitions, ${durability.replicas} replicas`];
  return { facts, warnings: durabilityProblems(durability) };
}

async function diagnoseSettings(kafka: Kafka, topic: string): Promise<Diagnosis> {
  const differences = await withAdmin(kafka, (admin) => readSettingDifferences(admin, topic));
  return differences.length === 0
    ? { facts: ['no record is ever deleted'] }
    : { warnings: differences.map((difference) => `${difference.topic}: ${difference.reason}`) };
}

async function readLastRecord(kafka: Kafka, topic: string, log: Log): Promise<Diagnosis> {
  const filled = [...(await endOffsets(kafka, topic))].find(([, { low, high }]) => high > low);
  if (!filled) return { facts: ['the topic is empty, so nothing was read'] };
  const [partition, { high }] = filled;
  const ranges = new Map([[partition, { from: high - 1, to: high }]]);
  // What is unreadable concerns the record and not the right to read.
  await readRanges(kafka, { topic, ranges, onRecords: () => undefined, onUnreadable: () => undefined, log });
  return { facts: [`read record ${high - 1} of partition ${partition}`] };
}
