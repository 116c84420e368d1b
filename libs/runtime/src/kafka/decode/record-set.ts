import { legacyBatch } from './legacy-batch.ts';
import { MalformedBatchError } from './malformed-batch.ts';
import { EncodedBatch, encodedBatchV2 } from './encoded-batch.ts';
import type { BatchMetadata } from './encoded-batch.ts';
import type { RecordView } from './record-view.ts';
import { fieldOffset, lengthPrefixBytes, readBatchHeader } from './batch-header.ts';
import type { BatchHeader } from './batch-header.ts';
import { decodeRecords } from './record-reader.ts';

/** A transaction whose records nobody is to see. */
interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: number;
}

/** Stands for a batch without a record for anybody, so that kafkajs goes on behind it. */
interface SkippedBatchMarker {
  readonly offset: number;
  readonly isControlRecord: true;
  readonly batchContext: BatchHeader['batchContext'];
}

/** What kafkajs takes for a message. */
export type FetchedMessage = RecordView | EncodedBatch | SkippedBatchMarker;

export interface RecordSet {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
  /** Those that reach into the set. */
  readonly aborted: readonly AbortedTransaction[];
}

/**
 * The batches of a partition that a fetch brought. Those that are not compressed are unpacked at once, the others are left as they
 * are, also what cannot be read: this never throws. What was aborted is left out as Kafka's own client does: kafkajs 2.2.4 begins at
 * most one aborted transaction with each message, and hands over records of a second one.
 */
export function readRecordSet({ topic, partition, bytes, aborted }: RecordSet): FetchedMessage[] {
  const messages: FetchedMessage[] = [];
  const isAborted = followAborted(aborted);
  let next = 0;
  for (let start = 0; start + lengthPrefixBytes < bytes.length; start = next) {
    next = start + lengthPrefixBytes + bytes.readInt32BE(start + fieldOffset.length);
    // A fetch ends where its bytes end.
    if (next > bytes.length) break;
    const frame = bytes.subarray(start, next);
    const magic = frame[fieldOffset.magic];
    if (magic === 2 && frame.length >= fieldOffset.records) {
      const batch = readBatchHeader(topic, partition, frame);
      const isNothing = isAborted(batch, frame) || batch.isControlRecord || isEmpty(batch, frame);
      for (const message of isNothing ? [passed(batch)] : messagesOf(batch, frame)) messages.push(message);
    } else if ((magic === 0 || magic === 1) && frame.length > fieldOffset.attributes)
      messages.push(legacyBatch(topic, partition, frame));
    else {
      messages.push(brokenFrame(topic, partition, bytes.subarray(start, start + fieldOffset.records)));
      break;
    }
  }
  return messages;
}

/** Compaction leaves batches without records, so that their offsets are known. */
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

const passed = ({ lastOffset, batchContext }: BatchHeader): SkippedBatchMarker => ({
  ...{ offset: lastOffset, isControlRecord: true, batchContext },
});

/** Bytes that are no batch at all: there is no telling where the next begins. */
function brokenFrame(topic: string, partition: number, bytes: Buffer): EncodedBatch {
  const firstOffset = Number(bytes.readBigInt64BE(0));
  const batch: BatchMetadata = {
    ...{ topic, partition, firstOffset, lastOffset: firstOffset, codec: -1, count: 1, maxTimestamp: -1 },
    batchContext: { producerId: '-1', inTransaction: false },
  };
  return new EncodedBatch(batch, bytes, () =>
    Promise.reject(new MalformedBatchError('is not in a format that Kafka has')),
  );
}

const abortMarkerType = 0;

/** Whether a batch belongs to an aborted transaction; to be asked for each batch, in order. @see Kafka's CompletedFetch.nextFetchedRecord */
function followAborted(aborted: readonly AbortedTransaction[]): (batch: BatchHeader, bytes: Buffer) => boolean {
  const begun = new Set<string>();
  const later = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  return (batch, bytes) => {
    for (let next = later[0]; next && next.firstOffset <= batch.lastOffset; next = later[0]) {
      begun.add(next.producerId);
      later.shift();
    }
    const { producerId, inTransaction } = batch.batchContext;
    if (!batch.isControlRecord) return inTransaction && begun.has(producerId);
    if (markerType(batch, bytes) === abortMarkerType) begun.delete(producerId);
    return false;
  };
}

/** Version and type, of two bytes each, are the key of a marker. */
function markerType(batch: BatchHeader, bytes: Buffer): number | undefined {
  try {
    return decodeRecords(batch, bytes, fieldOffset.records)[0]?.key?.readInt16BE(2);
  } catch {
    return undefined;
  }
}
