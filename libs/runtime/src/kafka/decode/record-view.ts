import { HeadersView, readVarInt } from './record-headers.ts';
import type { LogHeaders, ByteReader } from './record-headers.ts';
import type { LogRecord } from './log-record.ts';
import type { BatchHeader } from './batch-header.ts';

/** A record in the bytes of a fetch: what is not asked for is not made. */
export class RecordView implements LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  private readonly batch: BatchHeader;
  private readonly bytes: Buffer;
  private readonly keyAt: number;
  private readonly keyLength: number;
  private readonly valueAt: number;
  private readonly valueLength: number;

  /** @param place behind the length of the record; it is moved to the headers */
  constructor(batch: BatchHeader, place: ByteReader) {
    this.batch = batch;
    this.bytes = place.bytes;
    place.at++; // Attributes, which nobody uses yet.
    const timestampDelta = readVarInt(place);
    this.timestamp = batch.appendedAt ?? batch.firstTimestamp + timestampDelta;
    this.offset = batch.firstOffset + readVarInt(place);
    this.keyLength = readVarInt(place);
    this.keyAt = place.at;
    place.at += Math.max(this.keyLength, 0);
    this.valueLength = readVarInt(place);
    this.valueAt = place.at;
    place.at += Math.max(this.valueLength, 0);
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
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyAt, this.keyAt + this.keyLength);
  }
  get value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueAt, this.valueAt + this.valueLength);
  }
  get headers(): LogHeaders {
    return new HeadersView(this.bytes, this.valueAt + Math.max(this.valueLength, 0));
  }
}
