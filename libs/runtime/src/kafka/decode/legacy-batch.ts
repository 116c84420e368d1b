import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import { decompress, decompressedBytesMax } from './decompress.ts';
import { toLogRecord } from './log-record.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { EncodedBatch } from './encoded-batch.ts';

/** Where in a message of before Kafka 0.11 its parts stand. */
const at = { length: 8, attributes: 17 } as const;
const codecBits = 0x07;

interface Codec {
  readonly compress?: unknown;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}
const require = createRequire(import.meta.url);
const protocol = 'kafkajs/src/protocol';
const DecoderOf = require(`${protocol}/decoder.js`) as new (bytes: Buffer) => object;
const decodeSet = require(`${protocol}/messageSet/decoder.js`) as (
  of: object,
  bytes: number,
) => Promise<KafkaMessage[]>;
const { Codecs } = require(`${protocol}/message/compression/index.js`) as { Codecs: Record<number, () => Codec> };

// kafkajs has gzip alone, and without a limit.
for (const codec of [1, 2, 3, 4]) {
  const compress = codec === 1 ? Codecs[codec]?.().compress : undefined;
  Codecs[codec] = () => ({ compress, decompress: (bytes) => decompress(codec, bytes) });
}

/** A message of before Kafka 0.11; if it is compressed, it has others within. @see https://kafka.apache.org/documentation/#messageset */
export function legacyBatch(topic: string, partition: number, bytes: Buffer): EncodedBatch {
  const offset = Number(bytes.readBigInt64BE(0));
  const batch = {
    ...{ topic, partition, firstOffset: offset, lastOffset: offset, count: 1, maxTimestamp: -1 },
    codec: bytes.readInt8(at.attributes) & codecBits,
    batchContext: { producerId: '-1', inTransaction: false },
  };
  return new EncodedBatch(batch, bytes, async () => {
    const messages = await decodeSet(new DecoderOf(bytes), bytes.length).catch((error: unknown) => {
      if (error instanceof MalformedBatchError) throw error;
      throw new MalformedBatchError(`is of before Kafka 0.11, and ${(error as Error).message}`, { cause: error });
    });
    const records = messages.map((message) => toLogRecord(topic, partition, message));
    return { bytes: decompressedBytesMax, records: { take: () => ({ records: records.splice(0), bytes: 0 }) } };
  });
}
