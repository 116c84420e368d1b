import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { createPartitionOf } from './partition-of.ts';

/** Partitions as metadata of kafkajs. */
const partitionsOf = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));

it('a key has the partition that other clients of Kafka compute', () => {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 500 }), (key, count) => {
      const expected = partitioner({
        topic: '',
        partitionMetadata: partitionsOf(count),
        message: { key, value: null },
      });
      expect(createPartitionOf(count)(key)).toBe(expected);
    }),
    { numRuns: 200 },
  );
});
