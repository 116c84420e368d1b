import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';

interface OutOfRange {
  readonly topic: string;
  readonly partition: number;
}

interface ConsumerGroup {
  readonly preferredReadReplicasPerTopicPartition: Readonly<
    Record<string, Readonly<Record<number, number>> | undefined>
  >;
  recoverFromOffsetOutOfRange: (error: OutOfRange) => Promise<void>;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup.js') as {
  prototype: ConsumerGroup;
};
const recover = Reflect.get(prototype, 'recoverFromOffsetOutOfRange');

/**
 * When the offset that is to be read does not exist, kafkajs 2.2.4 logs a line and goes on from the log's start. But then
 * the log lost records that we have read, or deleted records that we have not: no client may decide that this is fine.
 * The consumer ends with this error instead (see `failure`). A follower that is merely behind is still left for the leader.
 */
prototype.recoverFromOffsetOutOfRange = async function (this: ConsumerGroup, error: OutOfRange): Promise<void> {
  const { topic, partition } = error;
  if (this.preferredReadReplicasPerTopicPartition[topic]?.[partition] !== undefined) return recover.call(this, error);
  throw new kafkajs.KafkaJSNonRetriableError(
    `Partition ${partition} of topic "${topic}" does not have the offset that is to be read: its log was cut at the start or at the end.`,
  );
};
