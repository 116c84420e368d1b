import type { TopicDescription } from '@callstream/runtime';
import { createTopicMetadata } from './topic-metadata.ts';

const topic = (flushRecords: number): TopicDescription => ({
  partitions: 12,
  messageBytesMax: 1_048_588,
  durability: { brokers: 1, replicas: 1, inSyncMin: 1, flushRecords, uncleanElection: false },
  settingDifferences: [],
});

it.each([
  ['auto', 1, 2],
  ['auto', 9_223_372_036_854_775_807, 1],
  ['auto', 10_000, 1],
  [1, 1, 1],
  [12, Infinity, 12],
] as const)(
  'INGEST_PRODUCERS=%s, where a broker flushes after %d records, are %d producers',
  (setting, flush, expected) => {
    const { producers, update } = createTopicMetadata();
    update(topic(flush));
    expect(producers(setting)).toBe(expected);
  },
);
