import { decodeLegacyMessages } from '../kafkajs-2.2.4/legacy-messages.ts';
import { decompressedBytesMax } from './decompress.ts';
import { toLogRecord } from './log-record.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { EncodedBatch } from './encoded-batch.ts';

/** Byte offset of the attributes in a message of formats 0 and 1. */
const attributesOffset = 17;
const codecBits = 0x07;

/**
 * A message of formats 0 and 1, from before Kafka 0.11; a compressed one contains others.
 * @see https://kafka.apache.org/documentation/#messageset
 */
export function legacyBatch(topic: string, partition: number, bytes: Buffer): EncodedBatch {
  const offset = Number(bytes.readBigInt64BE(0));
  const batch = {
    topic,
    partition,
    firstOffset: offset,
    lastOffset: offset,
    count: 1,
    maxTimestamp: -1,
    codec: bytes.readInt8(attributesOffset) & codecBits,
    batchContext: { producerId: '-1', inTransaction: false },
  };
  return new EncodedBatch(batch, bytes, async () => {
    const messages = await decodeLegacyMessages(bytes).catch((error: unknown) => {
      if (error instanceof MalformedBatchError) throw error;
      throw new MalformedBatchError(`has a message format from before Kafka 0.11, and ${(error as Error).message}`, {
        cause: error,
      });
    });
    const records = messages.map((message) => toLogRecord(topic, partition, message));
    return { bytes: decompressedBytesMax, records: { take: () => ({ records: records.splice(0), bytes: 0 }) } };
  });
}
