import { zstdCompressSync } from 'node:zlib';
import { encodeBatch, encodeRecords, produceRaw, testKafkaBrokers } from '@callstream/stack';

const zstd = 4;

const compressed = (values: readonly Buffer[]): Buffer => zstdCompressSync(encodeRecords(values));
/** Two records of 65 MB together, compressed to 2 kB, so that a broker accepts it. */
const bomb = compressed([Buffer.alloc(65 * 1024 * 1024), Buffer.from('{}')]);

/** Batches that none of our producers would write. */
export const batches = {
  /** Decompresses to more than the limit. `timestamp`: in ms since 1970. */
  bomb: (timestamp = Date.now()) => encodeBatch({ attributes: zstd, count: 2, payload: bomb, timestamp }),
  zstd: (...values: readonly Buffer[]) =>
    encodeBatch({ attributes: zstd, count: values.length, payload: compressed(values), timestamp: Date.now() }),
};

/** Produces raw batches, byte for byte; returns the offset of the first record of the last one. */
export async function produceBatches(topic: string, partition: number, ...raw: readonly Buffer[]): Promise<number> {
  const [broker = ''] = testKafkaBrokers();
  let last = -1;
  for (const batch of raw) {
    const { errorCode, firstOffset } = await produceRaw(broker, { topic, partition, batch });
    if (errorCode !== 0) throw new Error(`Kafka rejects the batch with error ${errorCode}.`);
    last = firstOffset;
  }
  return last;
}
