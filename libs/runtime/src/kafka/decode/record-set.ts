import { legacyBatch } from './legacy-batch.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { EncodedBatch, encodedBatchV2 } from './encoded-batch.ts';
import type { BatchMetadata } from './encoded-batch.ts';
import type { RecordView } from './record-view.ts';
import { fieldOffset, lengthPrefixBytes, readBatchHeader } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { decodeRecords } from './record-reader.ts';

interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: number;
}

/** Replaces a batch without visible records: kafkajs does not hand it over, and fetches after it. */
interface SkippedBatchMarker {
  readonly offset: number;
  readonly isControlRecord: true;
  readonly batchContext: BatchHeader['batchContext'];
}

/** What kafkajs treats as a message. */
export type FetchedMessage = RecordView | EncodedBatch | SkippedBatchMarker;

export interface RecordSet {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
  /** Aborted transactions that overlap the set. */
  readonly aborted: readonly AbortedTransaction[];
}

/**
 * Splits what a fetch returned for a partition into messages. Uncompressed batches are decoded now; compressed and
 * malformed ones stay encoded, so this never throws. Records of aborted transactions are skipped as Kafka's own client
 * does: kafkajs 2.2.4 starts at most one aborted transaction per message, and hands over records of a second one.
 */
export function readRecordSet({ topic, partition, bytes, aborted }: RecordSet): FetchedMessage[] {
  const messages: FetchedMessage[] = [];
  const isAborted = createIsAborted(aborted);
  let next = 0;
  for (let start = 0; start + lengthPrefixBytes < bytes.length; start = next) {
    next = start + lengthPrefixBytes + bytes.readInt32BE(start + fieldOffset.length);
    // A broker may cut the last batch off at the size limit of the fetch.
    if (next > bytes.length) break;
    const frame = bytes.subarray(start, next);
    const magic = frame[fieldOffset.magic];
    if (magic === 2 && frame.length >= fieldOffset.records) {
      const batch = readBatchHeader(topic, partition, frame);
      const isSkipped = isAborted(batch, frame) || batch.isControlRecord || isEmpty(batch, frame);
      for (const message of isSkipped ? [skippedBatch(batch)] : messagesOf(batch, frame)) messages.push(message);
    } else if ((magic === 0 || magic === 1) && frame.length > fieldOffset.attributes)
      messages.push(legacyBatch(topic, partition, frame));
    else {
      messages.push(unknownFormat(topic, partition, bytes.subarray(start, start + fieldOffset.records)));
      break;
    }
  }
  return messages;
}

/** Compaction leaves batches without records, to keep their offsets. */
const isEmpty = ({ count }: BatchHeader, bytes: Buffer): boolean => count <= 0 && bytes.length === fieldOffset.records;

function messagesOf(batch: BatchHeader, bytes: Buffer): (RecordView | EncodedBatch)[] {
  if (batch.codec !== 0) return [encodedBatchV2(batch, bytes)];
  try {
    return decodeRecords(batch, bytes, fieldOffset.records);
  } catch (error) {
    if (!(error instanceof MalformedBatchError)) throw error;
    return [encodedBatchV2(batch, bytes)];
  }
}

const skippedBatch = ({ lastOffset, batchContext }: BatchHeader): SkippedBatchMarker => ({
  offset: lastOffset,
  isControlRecord: true,
  batchContext,
});

/** Bytes in no known format. The set ends here, because the start of the next batch is unknown. */
function unknownFormat(topic: string, partition: number, bytes: Buffer): EncodedBatch {
  const firstOffset = Number(bytes.readBigInt64BE(0));
  const batch: BatchMetadata = {
    topic,
    partition,
    firstOffset,
    lastOffset: firstOffset,
    codec: -1,
    count: 1,
    maxTimestamp: -1,
    batchContext: { producerId: '-1', inTransaction: false },
  };
  return new EncodedBatch(batch, bytes, () => Promise.reject(new MalformedBatchError('has an unknown format')));
}

const abortMarkerType = 0;

/** Whether a batch belongs to an aborted transaction. Call it for each batch, in order. @see Kafka's CompletedFetch.nextFetchedRecord */
function createIsAborted(aborted: readonly AbortedTransaction[]): (batch: BatchHeader, bytes: Buffer) => boolean {
  const openProducers = new Set<string>();
  const upcoming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  return (batch, bytes) => {
    for (let next = upcoming[0]; next && next.firstOffset <= batch.lastOffset; next = upcoming[0]) {
      openProducers.add(next.producerId);
      upcoming.shift();
    }
    const { producerId, inTransaction } = batch.batchContext;
    if (!batch.isControlRecord) return inTransaction && openProducers.has(producerId);
    if (markerType(batch, bytes) === abortMarkerType) openProducers.delete(producerId);
    return false;
  };
}

/** The key of a transaction marker is its version and its type, of two bytes each. */
function markerType(batch: BatchHeader, bytes: Buffer): number | undefined {
  try {
    const key = decodeRecords(batch, bytes, fieldOffset.records)[0]?.key;
    return key && key.length >= 4 ? key.readInt16BE(2) : undefined;
  } catch (error) {
    if (!(error instanceof MalformedBatchError)) throw error;
    return undefined;
  }
}
