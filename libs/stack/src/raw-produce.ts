import { once } from 'node:events';
import { connect } from 'node:net';
import crc32c from 'crc-32/crc32c.js';

/** A record batch as it is sent to Kafka, of whatever content. */
export interface RawBatch {
  /** Attributes of the batch: its lowest three bits are the codec (1: gzip, 2: snappy, 3: lz4, 4: zstd). */
  readonly attributes: number;
  /** How many records it says that it has. */
  readonly count: number;
  /** What stands where the records are, compressed or not. */
  readonly payload: Buffer;
  /** ms since 1970. */
  readonly timestamp?: number;
}

/** The bytes of a batch of format 2, with a right checksum. @see https://kafka.apache.org/documentation/#recordbatch */
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

/** Records without key and headers, one after the other, as a batch has them. */
export const encodeRecords = (values: readonly Buffer[]): Buffer =>
  Buffer.concat(
    values.flatMap((value, offset) => {
      const record = [Buffer.of(0), varInt(0), varInt(offset), varInt(-1), varInt(value.length), value, varInt(0)];
      return [varInt(record.reduce((sum, { length }) => sum + length, 0)), ...record];
    }),
  );

/** An integer in Kafka's variable length. */
function varInt(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number < 0 ? -number * 2 - 1 : number * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

const text = (string: string): Buffer => Buffer.concat([int16(string.length), Buffer.from(string)]);
const int16 = (number: number): Buffer => Buffer.from([number >> 8, number & 255]);
const int32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
};

/**
 * Sends one batch as it is to a broker that leads the partition: what no producer would send, and a broker takes.
 * @returns Kafka's error code (0: taken) and the offset of its first record
 */
export async function produceRaw(
  broker: string,
  { topic, partition, batch }: { topic: string; partition: number; batch: Buffer },
): Promise<{ errorCode: number; firstOffset: number }> {
  const [host, port] = broker.split(':');
  const socket = connect(Number(port), host);
  try {
    const request = Buffer.concat([
      // Produce, version 7; correlation id; client id; no transaction; all replicas; time-out in ms.
      ...[int16(0), int16(7), int32(1), text('raw'), int16(-1), int16(-1), int32(30_000)],
      ...[int32(1), text(topic), int32(1), int32(partition), int32(batch.length), batch],
    ]);
    socket.write(Buffer.concat([int32(request.length), request]));
    let answer = Buffer.alloc(0);
    while (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) {
      const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(30_000) })) as [Buffer];
      answer = Buffer.concat([answer, chunk]);
    }
    // Behind size, correlation id, two array lengths, the topic and the partition.
    const at = 4 + 4 + 4 + 2 + topic.length + 4 + 4;
    return { errorCode: answer.readInt16BE(at), firstOffset: Number(answer.readBigInt64BE(at + 2)) };
  } finally {
    socket.destroy();
  }
}
