import { setImmediate as endOfTurn } from 'node:timers/promises';
import { MalformedBatchError } from './malformed-batch.ts';
import { RecordView } from './record-view.ts';
import type { BatchHeader } from './batch-header.ts';
import { areValidHeaders, readVarInt } from './record-headers.ts';
import type { ByteReader } from './record-headers.ts';

/** Reads the records of a batch one after the other. */
export interface RecordReader<Of = RecordView> {
  /** The next records: at most so many, and no more once they have `bytesMax` bytes together. None at the end. @throws {Malformed} */
  readonly take: (recordsMax: number, bytesMax: number) => { records: Of[]; bytes: number };
  /** @throws {Malformed} if something stands behind the last record */
  readonly end: () => void;
}

/** @param withHeaders whether headers are looked through as well; else only the frames of the records are */
export function createRecordReader(batch: BatchHeader, place: ByteReader, withHeaders = false): RecordReader {
  const { bytes } = place;
  let read = 0;
  let offset = batch.firstOffset - 1;
  const next = (): RecordView => {
    const length = readVarInt(place);
    const end = place.at + length;
    // What is not a number fails each of these comparisons.
    if (!(end <= bytes.length)) throw new MalformedBatchError('ends before its last record does');
    const record = new RecordView(batch, place);
    if (!(place.at <= end) || (withHeaders && !areValidHeaders(bytes, place.at, end)))
      throw new MalformedBatchError('has a record whose parts are longer than the record');
    if (!(record.offset > offset && record.offset <= batch.lastOffset))
      throw new MalformedBatchError('has records whose offsets are not in order');
    ({ offset } = record);
    place.at = end;
    return record;
  };
  return {
    take: (recordsMax, bytesMax) => {
      const records: RecordView[] = [];
      const from = place.at;
      for (; read < batch.count && records.length < recordsMax && place.at - from < bytesMax; read++)
        records.push(next());
      return { records, bytes: place.at - from };
    },
    end: () => {
      if (place.at !== bytes.length) throw new MalformedBatchError('has more bytes than records');
    },
  };
}

/** All records of a batch, which stand in `bytes` from `start` on. @throws {Malformed} */
export function decodeRecords(batch: BatchHeader, bytes: Buffer, start: number): RecordView[] {
  const reader = createRecordReader(batch, { bytes, at: start });
  const { records } = reader.take(Infinity, Infinity);
  reader.end();
  return records;
}

/** Records that are checked before others of the process have a turn. */
const recordsPerTurn = 50_000;

/** Reads through all records of a batch, and keeps none: 64 MB can hold millions of them. @throws {Malformed} */
export async function validateRecords(batch: BatchHeader, bytes: Buffer): Promise<void> {
  const reader = createRecordReader(batch, { bytes, at: 0 }, true);
  while (reader.take(recordsPerTurn, Infinity).records.length > 0) await endOfTurn();
  reader.end();
}
