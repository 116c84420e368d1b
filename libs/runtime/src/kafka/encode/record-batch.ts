import crc32c from 'crc-32/crc32c.js';
import { fieldOffset } from '../decode/batch-header.ts';
import type { ByteWriter } from './byte-writer.ts';

type Text = string | Buffer;

/** A record before it is in the log. */
export interface UnsentRecord {
  readonly key: Text | null;
  readonly value: Text | null;
  /** A header without a value becomes an empty one. */
  readonly headers: Readonly<Record<string, Text | undefined>>;
}

export interface UnsentBatch {
  readonly records: readonly UnsentRecord[];
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  /** Timestamp of all records, in ms since 1970. */
  readonly timestamp: number;
}

const magic = 2;
/** Largest varint of an int32, in bytes. */
const varintBytesMax = 5;

/** Writes an uncompressed batch of format 2. @see https://kafka.apache.org/documentation/#recordbatch */
export function writeRecordBatch(writer: ByteWriter, batch: UnsentBatch): void {
  const { records, producerId, producerEpoch, firstSequence } = batch;
  const timestamp = BigInt(batch.timestamp);
  writer.reserve(fieldOffset.records);
  const start = writer.length;
  writer.int64(0n);
  writer.withInt32Length(() => {
    writer.int32(0); // the leader's epoch, which the broker sets
    writer.int8(magic);
    writer.int32(0); // the checksum
    writer.int16(0); // attributes
    writer.int32(records.length - 1);
    writer.int64(timestamp);
    writer.int64(timestamp);
    writer.int64(producerId);
    writer.int16(producerEpoch);
    writer.int32(firstSequence);
    writer.int32(records.length);
    for (const [offsetDelta, record] of records.entries()) writeRecord(writer, record, offsetDelta);
  });
  const checksum = crc32c.buf(writer.bytes.subarray(start + fieldOffset.attributes, writer.length));
  writer.bytes.writeInt32BE(checksum, start + fieldOffset.checksum);
}

/** Bytes of the length of most records: from 64 to 8,191 bytes. */
const usualLengthBytes = 2;

function writeRecord(writer: ByteWriter, record: UnsentRecord, offsetDelta: number): void {
  writer.reserve(bytesMaxOf(record));
  const start = writer.length;
  writer.length += usualLengthBytes;
  writer.int8(0); // attributes
  writer.int8(0); // difference to the timestamp of the batch, as a varint
  writer.varint(offsetDelta);
  writeNullable(writer, record.key);
  writeNullable(writer, record.value);
  const names = Object.keys(record.headers);
  writer.varint(names.length);
  for (const name of names) {
    writer.varintText(name);
    writeNullable(writer, record.headers[name] ?? '');
  }
  writeLengthBefore(writer, start);
}

function writeNullable(writer: ByteWriter, text: Text | null): void {
  if (text === null) writer.varint(-1);
  else if (typeof text === 'string') writer.varintText(text);
  else writer.varintBytes(text);
}

/** Writes the length of the record whose bytes begin after `usualLengthBytes`, and moves them if it takes more or fewer. */
function writeLengthBefore(writer: ByteWriter, start: number): void {
  const [bodyStart, bodyEnd] = [start + usualLengthBytes, writer.length];
  const lengthBytes = varintBytesOf(bodyEnd - bodyStart);
  if (lengthBytes !== usualLengthBytes) writer.bytes.copyWithin(start + lengthBytes, bodyStart, bodyEnd);
  writer.length = start;
  writer.varint(bodyEnd - bodyStart);
  writer.length = bodyEnd + lengthBytes - usualLengthBytes;
}

/** Bytes of the varint of a length. */
function varintBytesOf(length: number): number {
  if (length < 2 ** 6) return 1;
  if (length < 2 ** 13) return 2;
  if (length < 2 ** 20) return 3;
  return length < 2 ** 27 ? 4 : varintBytesMax;
}

/** An upper bound of the record's size, which is faster to find than its size. */
function bytesMaxOf({ key, value, headers }: UnsentRecord): number {
  let bytes = 6 * varintBytesMax + textBytesMax(key) + textBytesMax(value);
  for (const name in headers) bytes += 2 * varintBytesMax + textBytesMax(name) + textBytesMax(headers[name] ?? null);
  return bytes;
}

/** One character of UTF-16 takes at most three bytes of UTF-8. */
const textBytesMax = (text: Text | null): number =>
  text === null ? 0 : typeof text === 'string' ? 3 * text.length : text.length;
