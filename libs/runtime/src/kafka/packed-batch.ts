import crc32c from 'crc-32/crc32c.js';
import { codecName, decompress } from './decompress.ts';
import type { LogRecord } from './log-record.ts';
import { Malformed } from './malformed.ts';
import { at } from './record-batch.ts';
import type { RecordBatch } from './record-batch.ts';
import { checkRecords, createRecordReader } from './unpack.ts';
import type { RecordReader } from './unpack.ts';
import type { UnreadableBatch } from './unreadable.ts';

/** A batch that was opened. */
export interface OpenBatch {
  readonly records: Pick<RecordReader<LogRecord>, 'take'>;
  /** What its records take, decompressed, in bytes. */
  readonly bytes: number;
}

/** What is known of a batch that is not opened. */
export type ClosedBatch = Pick<
  RecordBatch,
  'topic' | 'partition' | 'firstOffset' | 'lastOffset' | 'codec' | 'count' | 'maxTimestamp' | 'batchContext'
>;

/**
 * A batch as it came: kafkajs takes it for one message, at its last offset. It is opened by whoever handles it, so that
 * of all that a fetch brought only one batch is decompressed at a time.
 */
export class PackedBatch {
  readonly batch: ClosedBatch;
  readonly isControlRecord = false;
  private readonly bytes: Buffer;
  private readonly read: () => Promise<OpenBatch>;

  /** @param read may throw {@link Malformed} */
  constructor(batch: ClosedBatch, bytes: Buffer, read: () => Promise<OpenBatch>) {
    this.batch = batch;
    this.bytes = bytes;
    this.read = read;
  }

  get offset(): number {
    return this.batch.lastOffset;
  }
  get batchContext(): ClosedBatch['batchContext'] {
    return this.batch.batchContext;
  }

  async open(): Promise<OpenBatch | { readonly unreadable: UnreadableBatch }> {
    try {
      return await this.read();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const { topic, partition, firstOffset, lastOffset, maxTimestamp: timestamp, codec } = this.batch;
      const place = { topic, partition, firstOffset, lastOffset, timestamp, bytes: this.bytes };
      return { unreadable: { ...place, codec: codecName(codec), reason: error.message } };
    }
  }
}

/** A batch of format 2. Nothing of it is handed over before all of it was looked through. */
export const packedBatch = (batch: RecordBatch, bytes: Buffer): PackedBatch =>
  new PackedBatch(batch, bytes, async () => {
    if (bytes.readInt32BE(at.checksum) !== crc32c.buf(bytes.subarray(at.attributes)))
      throw new Malformed('has another checksum than it says');
    const plain = await decompress(batch.codec, bytes.subarray(at.records));
    await checkRecords(batch, plain);
    return { records: createRecordReader(batch, { bytes: plain, at: 0 }), bytes: plain.length };
  });
