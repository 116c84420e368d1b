import { murmur2 } from './murmur2.ts';

/** The partition of a key, as Kafka's own clients compute it. Compute it once per record: a retry must not change it. */
export const createPartitionOf =
  (partitions: number) =>
  (key: string): number =>
    (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
