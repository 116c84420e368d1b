import crc32c from 'crc-32/crc32c.js';
import { int16, int32, sendRequest, text } from './raw-request.ts';

/** A record batch as it is sent to Kafka, with any content, valid or not. */
export interface RawBatch {
  /** Attributes of the batch: its lowest three bits are the codec (1: gzip, 2: snappy, 3: lz4, 4: zstd). */
  readonly attributes: number;
  /** The number of records in its header. */
  readonly count: number;
  /** The records, compressed or not, or anything else. */
  readonly payload: Buffer;
  /** ms since 1970. */
  readonly timestamp?: number;
}

/** Encodes a batch of format 2 with a valid checksum. @see https://kafka.apache.org/documentation/#recordbatch */
export function encodeBatch({ attributes, count, payload, timestamp = Date.now() }: RawBatch): Buffer {
  const checked = Buffer.alloc(40);
  checked.writeInt16BE(attributes, 0);
  checked.writeInt32BE(count - 1, 2);
  checked.writeBigInt64BE(BigInt(timestamp), 6);
  checked.writeBigInt64BE(BigInt(timestamp), 14);
  checked.writeBigInt64BE(-1n, 22);
  checked.writeInt16BE(-1, 30);
  checked.writeInt32BE(-1, 32);
  checked.writeInt32BE(count, 36);
  const body = Buffer.concat([checked, payload]);
  const head = Buffer.alloc(21);
  head.writeInt32BE(9 + body.length, 8);
  head.writeInt32BE(-1, 12);
  head.writeInt8(2, 16);
  head.writeInt32BE(crc32c.buf(body), 17);
  return Buffer.concat([head, body]);
}

/** Encodes records without key and headers, as in a batch. */
export const encodeRecords = (values: readonly Buffer[]): Buffer =>
  Buffer.concat(
    values.flatMap((value, offset) => {
      const record = [Buffer.of(0), varInt(0), varInt(offset), varInt(-1), varInt(value.length), value, varInt(0)];
      return [varInt(record.reduce((sum, { length }) => sum + length, 0)), ...record];
    }),
  );

/** Encodes an integer as Kafka's zigzag varint. */
function varInt(number: number): Buffer {
  const bytes: number[] = [];
  let remaining = number < 0 ? -number * 2 - 1 : number * 2;
  for (; remaining >= 128; remaining = Math.floor(remaining / 128)) bytes.push((remaining % 128) | 128);
  return Buffer.from([...bytes, remaining]);
}

/**
 * Sends one batch unchanged to the broker that leads the partition, also one that no producer would send.
 * @returns Kafka's error code (0: accepted) and the offset of its first record
 */
export async function produceRaw(
  broker: string,
  { topic, partition, batch }: { topic: string; partition: number; batch: Buffer },
): Promise<{ errorCode: number; firstOffset: number }> {
  const answer = await sendRequest(broker, {
    apiKey: 0,
    version: 7,
    body: [
      // No transaction; all replicas; time-out in ms.
      ...[int16(-1), int16(-1), int32(30_000)],
      ...[int32(1), text(topic), int32(1), int32(partition), int32(batch.length), batch],
    ],
  });
  // After array length, topic, array length and partition.
  const at = 4 + 2 + topic.length + 4 + 4;
  return { errorCode: answer.readInt16BE(at), firstOffset: Number(answer.readBigInt64BE(at + 2)) };
}
