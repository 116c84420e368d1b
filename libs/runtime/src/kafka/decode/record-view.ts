import { HeadersView, readVarInt } from './record-headers.ts';
import type { ByteReader, LogHeaders } from './record-headers.ts';
import type { LogRecord } from './log-record.ts';
import type { BatchHeader } from './batch-header.ts';

/** A record in the bytes of a fetch. Key, value and headers are decoded on access. */
export class RecordView implements LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  private readonly batch: BatchHeader;
  private readonly bytes: Buffer;
  private readonly keyStart: number;
  private readonly keyLength: number;
  private readonly valueStart: number;
  private readonly valueLength: number;

  /** @param reader after the length of the record; the constructor advances it to the headers */
  constructor(batch: BatchHeader, reader: ByteReader) {
    this.batch = batch;
    this.bytes = reader.bytes;
    reader.index++; // Attributes, unused by Kafka so far.
    const timestampDelta = readVarInt(reader);
    this.timestamp = batch.appendedAt ?? batch.firstTimestamp + timestampDelta;
    this.offset = batch.firstOffset + readVarInt(reader);
    this.keyLength = readVarInt(reader);
    this.keyStart = reader.index;
    reader.index += Math.max(this.keyLength, 0);
    this.valueLength = readVarInt(reader);
    this.valueStart = reader.index;
    reader.index += Math.max(this.valueLength, 0);
  }

  get topic(): string {
    return this.batch.topic;
  }
  get partition(): number {
    return this.batch.partition;
  }
  get isControlRecord(): boolean {
    return this.batch.isControlRecord;
  }
  get batchContext(): BatchHeader['batchContext'] {
    return this.batch.batchContext;
  }
  get key(): Buffer | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyStart, this.keyStart + this.keyLength);
  }
  get value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueStart, this.valueStart + this.valueLength);
  }
  get headers(): LogHeaders {
    return new HeadersView(this.bytes, this.valueStart + Math.max(this.valueLength, 0));
  }
}
