import type { OutRecord } from '@callstream/runtime';

/** Kafka's limit is on the batch of one partition: 5,000 small records of one call would exceed it. */
const partitionRecordsMax = 1_000;
const partitionBytesMax = 256 * 1024;
const batchRecordsMax = 10_000;

/** Most that may wait for Kafka. What comes on top is refused at once. */
const queueRecordsMax = 50_000;
const queueBytesMax = 128 * 1024 * 1024;

/** Too much waits already. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

interface Waiting {
  readonly record: OutRecord;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Batcher {
  /** Resolves when the record is stored. @throws {QueueFull}, or whatever `send` threw for its batch */
  readonly add: (record: OutRecord, bytes: number) => Promise<void>;
  /** Records that wait or are on their way. */
  readonly depth: () => number;
}

/**
 * Natural batching: one send in flight; what arrives meanwhile leaves together when it returns. No timer: alone, a
 * record leaves at once, and under load batches grow by themselves.
 */
export function createBatcher(send: (records: readonly OutRecord[]) => Promise<void>): Batcher {
  let queue: Waiting[] = [];
  let bytesQueued = 0;
  let inFlight = 0;

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const { batch, rest } = takeBatch(queue);
      queue = rest;
      inFlight = batch.length;
      for (const { bytes } of batch) bytesQueued -= bytes;
      try {
        await send(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      inFlight = 0;
    }
  };

  let running = false;
  const start = (): void => {
    if (running) return;
    running = true;
    // After the events of this turn of the loop, which leave together.
    setImmediate(() => void run().finally(() => (running = false)));
  };

  return {
    depth: () => queue.length + inFlight,
    add: (record, bytes) =>
      new Promise((resolve, reject) => {
        if (queue.length >= queueRecordsMax || bytesQueued + bytes > queueBytesMax)
          return reject(new QueueFull('Too many events wait for Kafka.'));
        queue.push({ record, bytes, resolve, reject });
        bytesQueued += bytes;
        start();
      }),
  };
}

/** The records from the front that fit, partition by partition; a record that is larger than a batch goes alone. */
function takeBatch(queue: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const taken = new Map<number, { records: number; bytes: number }>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const waiting of queue) {
    const sum = taken.get(waiting.record.partition) ?? { records: 0, bytes: 0 };
    const fits =
      sum.records === 0 || (sum.records < partitionRecordsMax && sum.bytes + waiting.bytes <= partitionBytesMax);
    if (fits && batch.length < batchRecordsMax) {
      batch.push(waiting);
      taken.set(waiting.record.partition, { records: sum.records + 1, bytes: sum.bytes + waiting.bytes });
    } else rest.push(waiting);
  }
  return { batch, rest };
}
