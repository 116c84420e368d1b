import crc32c from 'crc-32/crc32c.js';
import { codecName, decompress } from './decompress.ts';
import type { LogRecord } from './log-record.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { fieldOffset } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { validateRecords, createRecordReader } from './record-reader.ts';
import type { RecordReader } from './record-reader.ts';
import type { UnreadableBatch } from './unreadable-batch.ts';

/** A batch that was opened. */
export interface DecodedBatch {
  readonly records: Pick<RecordReader<LogRecord>, 'take'>;
  /** What its records take, decompressed, in bytes. */
  readonly bytes: number;
}

/** What is known of a batch that is not opened. */
export type BatchMetadata = Pick<
  BatchHeader,
  'topic' | 'partition' | 'firstOffset' | 'lastOffset' | 'codec' | 'count' | 'maxTimestamp' | 'batchContext'
>;

/**
 * A batch as it came: kafkajs takes it for one message, at its last offset. It is opened by whoever handles it, so that
 * of all that a fetch brought only one batch is decompressed at a time.
 */
export class EncodedBatch {
  readonly batch: BatchMetadata;
  readonly isControlRecord = false;
  private readonly bytes: Buffer;
  private readonly read: () => Promise<DecodedBatch>;

  /** @param read may throw {@link Malformed} */
  constructor(batch: BatchMetadata, bytes: Buffer, read: () => Promise<DecodedBatch>) {
    this.batch = batch;
    this.bytes = bytes;
    this.read = read;
  }

  get offset(): number {
    return this.batch.lastOffset;
  }
  get batchContext(): BatchMetadata['batchContext'] {
    return this.batch.batchContext;
  }

  async open(): Promise<DecodedBatch | { readonly unreadable: UnreadableBatch }> {
    try {
      return await this.read();
    } catch (error) {
      if (!(error instanceof MalformedBatchError)) throw error;
      const { topic, partition, firstOffset, lastOffset, maxTimestamp: timestamp, codec } = this.batch;
      const place = { topic, partition, firstOffset, lastOffset, timestamp, bytes: this.bytes };
      return { unreadable: { ...place, codec: codecName(codec), reason: error.message } };
    }
  }
}

/** A batch of format 2. Nothing of it is handed over before all of it was looked through. */
export const encodedBatchV2 = (batch: BatchHeader, bytes: Buffer): EncodedBatch =>
  new EncodedBatch(batch, bytes, async () => {
    if (bytes.readInt32BE(fieldOffset.checksum) !== crc32c.buf(bytes.subarray(fieldOffset.attributes)))
      throw new MalformedBatchError('has another checksum than it says');
    const plain = await decompress(batch.codec, bytes.subarray(fieldOffset.records));
    await validateRecords(batch, plain);
    return { records: createRecordReader(batch, { bytes: plain, at: 0 }), bytes: plain.length };
  });
