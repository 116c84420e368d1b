import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { MalformedBatchError } from './malformed-batch.ts';
import { RecordView } from './record-view.ts';
import type { BatchHeader } from './batch-header.ts';
import { areValidHeaders, readVarInt } from './record-headers.ts';
import type { ByteReader } from './record-headers.ts';

/** Reads the records of a batch in order. */
export interface RecordReader<Of = RecordView> {
  /** The next records: up to `recordsMax`, and until they reach `bytesMax`. None at the end. @throws {MalformedBatchError} */
  readonly take: (recordsMax: number, bytesMax: number) => { records: Of[]; bytes: number };
  /** @throws {MalformedBatchError} if bytes follow the last record */
  readonly end: () => void;
}

export function createRecordReader(batch: BatchHeader, reader: ByteReader): RecordReader {
  const { bytes } = reader;
  let count = 0;
  let offset = batch.firstOffset - 1;
  const next = (): RecordView => {
    const length = readVarInt(reader);
    const end = reader.index + length;
    // Negated, so that NaN fails each of these comparisons.
    if (!(end <= bytes.length)) throw new MalformedBatchError('ends before its last record does');
    const record = new RecordView(batch, reader);
    if (!(reader.index <= end && areValidHeaders(bytes, reader.index, end)))
      throw new MalformedBatchError('has a record whose fields exceed its length');
    if (!(record.offset > offset && record.offset <= batch.lastOffset))
      throw new MalformedBatchError('has records whose offsets are not in order');
    ({ offset } = record);
    reader.index = end;
    return record;
  };
  return {
    take: (recordsMax, bytesMax) => {
      const records: RecordView[] = [];
      const start = reader.index;
      for (; count < batch.count && records.length < recordsMax && reader.index - start < bytesMax; count++)
        records.push(next());
      return { records, bytes: reader.index - start };
    },
    end: () => {
      if (reader.index !== bytes.length) throw new MalformedBatchError('has bytes after its last record');
    },
  };
}

/** All records of a batch, from index `start` of `bytes`. @throws {MalformedBatchError} */
export function decodeRecords(batch: BatchHeader, bytes: Buffer, start: number): RecordView[] {
  const reader = createRecordReader(batch, { bytes, index: start });
  const { records } = reader.take(Infinity, Infinity);
  reader.end();
  return records;
}

/** Records that are validated before the event loop gets a turn. */
const recordsPerTurn = 50_000;

/** Validates all records of a batch, and keeps none: 64 MB can hold millions of them. @throws {MalformedBatchError} */
export async function validateRecords(batch: BatchHeader, bytes: Buffer): Promise<void> {
  const reader = createRecordReader(batch, { bytes, index: 0 });
  while (reader.take(recordsPerTurn, Infinity).records.length > 0) await yieldToEventLoop();
  reader.end();
}
