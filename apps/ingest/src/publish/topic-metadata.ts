import { eventBytesMax } from '@callstream/domain';
import { createPartitionOf } from '@callstream/runtime';
import type { TopicDescription } from '@callstream/runtime';
import type { PartitionOf } from '../record.ts';

/** Kafka's default of `max.message.bytes`, used until the topic's own value is known, in bytes. */
const messageBytesDefault = 1_048_588;
/** Share of Kafka's limit that is reserved for a record's key, headers and framing, in bytes. */
const recordOverheadBytes = 8 * 1024;

/** With INGEST_PRODUCERS=auto: where each batch is flushed, the second producer keeps the broker's disk busy. See docs/decisions/0004. */
export const producersAutoMax = 2;

/** Metadata of the topic; defaults until the first `update`. */
export interface TopicMetadata {
  readonly partitionOf: PartitionOf;
  /** Largest body that ingest accepts, in bytes. */
  readonly bodyBytesMax: () => number;
  /** Producers that share the partitions; `setting`: INGEST_PRODUCERS. Known when the partitions are: never changed while events are in flight. */
  readonly producers: (setting: number | 'auto') => number;
  readonly update: (topic: TopicDescription) => void;
}

export function createTopicMetadata(): TopicMetadata {
  let partitionOf: PartitionOf = () => null;
  let messageBytesMax = messageBytesDefault;
  let flushesEachBatch = false;
  return {
    partitionOf: (key) => partitionOf(key),
    bodyBytesMax: () => Math.min(messageBytesMax - recordOverheadBytes, eventBytesMax),
    producers: (setting) => (setting !== 'auto' ? setting : flushesEachBatch ? producersAutoMax : 1),
    update: (topic) => {
      partitionOf = createPartitionOf(topic.partitions);
      ({ messageBytesMax } = topic);
      flushesEachBatch = topic.durability.flushRecords === 1;
    },
  };
}
