import kafkajs from 'kafkajs';

/** The partition of a key, as Kafka's own clients compute it (murmur2). Compute it once per record: a retry must not change it. */
export function createPartitionOf(partitions: number): (key: string) => number {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (key) => partitioner({ topic: '', partitionMetadata, message: { key, value: null } });
}
