import { zstdCompressSync } from 'node:zlib';
import { encodeBatch, encodeRecords, produceRaw, testKafkaBrokers } from '@callstream/stack';

const zstd = 4;

/** Batches as no producer of ours writes them, straight to the broker. */
export const batches = {
  /** Two records of 65 MB together: a broker takes it, as it is 2 kB. */
  bomb: () => zstdBatch([Buffer.alloc(65 * 1024 * 1024), Buffer.from('{}')]),
  zstd: (...values: readonly Buffer[]) => zstdBatch(values),
};

const zstdBatch = (values: readonly Buffer[]): Buffer =>
  encodeBatch({ attributes: zstd, count: values.length, payload: zstdCompressSync(encodeRecords(values)) });

/** Puts batches on a partition as they are; returns the offset of the first record of the last one. */
export async function putBatches(topic: string, partition: number, ...some: readonly Buffer[]): Promise<number> {
  const [broker = ''] = testKafkaBrokers();
  let last = -1;
  for (const batch of some) {
    const { errorCode, firstOffset } = await produceRaw(broker, { topic, partition, batch });
    if (errorCode !== 0) throw new Error(`Kafka does not take the batch: error ${errorCode}.`);
    last = firstOffset;
  }
  return last;
}
