/** Largest number of partitions that event ids allow. */
export const partitionsMax = 4096;

/** Position in the log as one number: unique, and the same after every rebuild. A safe integer up to offset 2⁴¹. */
export const eventId = (partition: number, offset: number): number => offset * partitionsMax + partition;

export const partitionOf = (id: number): number => id % partitionsMax;

export const offsetOf = (id: number): number => Math.floor(id / partitionsMax);
