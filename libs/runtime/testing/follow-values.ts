import { toKafkajs } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';

export interface FollowValuesOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly onValue: (value: Buffer | null) => void;
}

/** Follows a topic as a plain program with kafkajs would, until the process ends: the baseline of benchmarks. */
export async function followValues(kafka: Kafka, { topic, groupId, onValue }: FollowValuesOptions): Promise<void> {
  const consumer = toKafkajs(kafka).consumer({ groupId, maxWaitTimeInMs: 100, minBytes: 1 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    // The gateway commits no offsets either: a commit waits for Kafka's disk.
    autoCommit: false,
    eachMessage: ({ message }) => {
      onValue(message.value);
      return Promise.resolve();
    },
  });
}
