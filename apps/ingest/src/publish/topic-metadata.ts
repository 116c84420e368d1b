import { eventBytesMax } from '@callstream/domain';
import { createPartitionOf } from '@callstream/runtime';
import type { TopicDescription } from '@callstream/runtime';
import type { PartitionOf } from '../record.ts';
import { assignProducers } from './assign-producers.ts';

/** Kafka's default of `max.message.bytes`, used until the topic's own value is known, in bytes. */
const messageBytesDefault = 1_048_588;
/** Share of Kafka's limit that is reserved for a record's key, headers and framing, in bytes. */
const recordOverheadBytes = 8 * 1024;

/** Metadata of the topic; defaults until the first `update`. */
export interface TopicMetadata {
  readonly partitionOf: PartitionOf;
  /** Largest body that ingest accepts, in bytes. */
  readonly bodyBytesMax: () => number;
  /** Number of the producer that sends to a partition. Known when the partitions are: never changed while events are in flight. */
  readonly producerOf: (partition: number) => number;
  /** How many producers are used. */
  readonly producers: () => number;
  readonly update: (topic: TopicDescription) => void;
}

/** `setting`: INGEST_PRODUCERS. */
export function createTopicMetadata(setting: number | 'auto' = 'auto'): TopicMetadata {
  let partitionOf: PartitionOf = () => null;
  let messageBytesMax = messageBytesDefault;
  let producerByPartition: readonly number[] = [];
  return {
    partitionOf: (key) => partitionOf(key),
    bodyBytesMax: () => Math.min(messageBytesMax - recordOverheadBytes, eventBytesMax),
    // A partition that was added since may have any.
    producerOf: (partition) => producerByPartition[partition] ?? 0,
    producers: () => Math.max(0, ...producerByPartition) + 1,
    update: (topic) => {
      partitionOf = createPartitionOf(topic.partitions);
      ({ messageBytesMax } = topic);
      producerByPartition = assignProducers(setting, topic);
    },
  };
}
