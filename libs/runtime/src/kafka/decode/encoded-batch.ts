import crc32c from 'crc-32/crc32c.js';
import { codecName, decompress } from './decompress.ts';
import type { LogRecord } from './log-record.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { fieldOffset } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { createRecordReader, validateRecords } from './record-reader.ts';
import type { RecordReader } from './record-reader.ts';
import type { UnreadableBatch } from './unreadable-batch.ts';

export interface DecodedBatch {
  readonly records: Pick<RecordReader<LogRecord>, 'take'>;
  /** Size of its records, decompressed, in bytes. */
  readonly bytes: number;
}

/** What is known of a batch before it is decoded. */
export type BatchMetadata = Pick<
  BatchHeader,
  'topic' | 'partition' | 'firstOffset' | 'lastOffset' | 'codec' | 'count' | 'maxTimestamp' | 'batchContext'
>;

/**
 * A batch that is not decoded yet; to kafkajs it is one message, at its last offset. The batch handler decodes it, so
 * that of all batches of a fetch only one at a time is decompressed in memory.
 */
export class EncodedBatch {
  readonly batch: BatchMetadata;
  readonly isControlRecord = false;
  private readonly bytes: Buffer;
  private readonly decodeBytes: () => Promise<DecodedBatch>;

  /** @param decodeBytes may throw {@link MalformedBatchError} */
  constructor(batch: BatchMetadata, bytes: Buffer, decodeBytes: () => Promise<DecodedBatch>) {
    this.batch = batch;
    this.bytes = bytes;
    this.decodeBytes = decodeBytes;
  }

  get offset(): number {
    return this.batch.lastOffset;
  }
  get batchContext(): BatchMetadata['batchContext'] {
    return this.batch.batchContext;
  }

  async decode(): Promise<DecodedBatch | { readonly unreadable: UnreadableBatch }> {
    try {
      return await this.decodeBytes();
    } catch (error) {
      if (!(error instanceof MalformedBatchError)) throw error;
      const { topic, partition, firstOffset, lastOffset, maxTimestamp: timestamp, codec } = this.batch;
      const { bytes } = this;
      const unreadable: UnreadableBatch = {
        topic,
        partition,
        firstOffset,
        lastOffset,
        timestamp,
        bytes,
        codec: codecName(codec),
        reason: error.message,
      };
      return { unreadable };
    }
  }
}

/** A batch of format 2. All its records are validated before the first is handed over. */
export const encodedBatchV2 = (batch: BatchHeader, bytes: Buffer): EncodedBatch =>
  new EncodedBatch(batch, bytes, async () => {
    if (bytes.readInt32BE(fieldOffset.checksum) !== crc32c.buf(bytes.subarray(fieldOffset.attributes)))
      throw new MalformedBatchError('has a wrong checksum');
    const plain = await decompress(batch.codec, bytes.subarray(fieldOffset.records));
    await validateRecords(batch, plain);
    return { records: createRecordReader(batch, { bytes: plain, index: 0 }), bytes: plain.length };
  });
