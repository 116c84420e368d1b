import kafkajs from 'kafkajs';
import { requireInternal } from './internals.ts';

interface OutOfRangeError {
  readonly topic: string;
  readonly partition: number;
}

interface ConsumerGroup {
  readonly preferredReadReplicasPerTopicPartition: Readonly<
    Record<string, Readonly<Record<number, number>> | undefined>
  >;
  recoverFromOffsetOutOfRange: (error: OutOfRangeError) => Promise<void>;
}

/**
 * If the requested offset does not exist, kafkajs logs a line and continues at the start of the log. But then the
 * log lost records that we have read, or deleted records that we have not: no client may decide that this is fine. With
 * this patch the consumer ends with the error (see `failure`). A follower replica that is only behind is still left for
 * the leader.
 */
export function failOnOffsetOutOfRange(): void {
  const { prototype } = requireInternal<{ prototype: ConsumerGroup }>('consumer/consumerGroup.js');
  const recover = Reflect.get(prototype, 'recoverFromOffsetOutOfRange');
  prototype.recoverFromOffsetOutOfRange = async function (this: ConsumerGroup, error: OutOfRangeError): Promise<void> {
    const { topic, partition } = error;
    if (this.preferredReadReplicasPerTopicPartition[topic]?.[partition] !== undefined) return recover.call(this, error);
    throw new kafkajs.KafkaJSNonRetriableError(
      `Partition ${partition} of topic "${topic}" does not have the requested offset: its log was truncated, at the start (retention, deleted records) or at the end (lost records).`,
    );
  };
}
