import { eventBytesMax } from '@callstream/domain';
import { createPartitionOf } from '@callstream/runtime';
import type { TopicDescription } from '@callstream/runtime';

/** Kafka's default of `max.message.bytes`, which counts until the topic can be asked, in bytes. */
const messageBytesDefault = 1_048_588;
/** Room that a record's key, headers and framing take in Kafka's limit, in bytes. */
const recordOverheadBytes = 8 * 1024;

/** What ingest knows of the topic: nothing, until Kafka has been asked. */
export interface TopicMetadata {
  /** The partition of a key, or null. */
  readonly place: (key: string) => number | null;
  /** Largest body that is taken, in bytes. */
  readonly bodyBytesMax: () => number;
  readonly learn: (facts: TopicDescription) => void;
}

export function createTopicMetadata(): TopicMetadata {
  let place: TopicMetadata['place'] = () => null;
  let messageBytesMax = messageBytesDefault;
  return {
    place: (key) => place(key),
    bodyBytesMax: () => Math.min(messageBytesMax - recordOverheadBytes, eventBytesMax),
    learn: (facts) => {
      place = createPartitionOf(facts.partitions);
      ({ messageBytesMax } = facts);
    },
  };
}
