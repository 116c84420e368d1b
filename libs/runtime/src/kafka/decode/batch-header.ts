/** Header of a record batch of format 2: everything before its records. */
export interface BatchHeader {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  /** Offset that the batch ends at; compaction may have removed its last record. */
  readonly lastOffset: number;
  /** 0: its records are not compressed. */
  readonly codec: number;
  /** Number of records, as the header claims. */
  readonly count: number;
  /** ms since 1970. */
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  /** Timestamp of all its records if the topic uses log append time, in ms since 1970; else null. */
  readonly appendedAt: number | null;
  /** It holds transaction markers, not records. */
  readonly isControlRecord: boolean;
  /** What kafkajs reads to skip aborted records. */
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

/** Byte offsets of the fields in a batch. @see https://kafka.apache.org/documentation/#recordbatch */
export const fieldOffset = {
  length: 8,
  magic: 16,
  checksum: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;
/** Bytes that the field `length` does not count: the first offset, and itself. */
export const lengthPrefixBytes = 12;

const attribute = { codec: 0x07, appendTime: 0x08, transaction: 0x10, control: 0x20 } as const;

/** Reads the header of a batch of format 2. `bytes`: the whole batch. */
export function readBatchHeader(topic: string, partition: number, bytes: Buffer): BatchHeader {
  const attributes = bytes.readInt16BE(fieldOffset.attributes);
  const firstOffset = Number(bytes.readBigInt64BE(0));
  const maxTimestamp = Number(bytes.readBigInt64BE(fieldOffset.maxTimestamp));
  return {
    topic,
    partition,
    firstOffset,
    lastOffset: firstOffset + Math.max(0, bytes.readInt32BE(fieldOffset.lastOffsetDelta)),
    codec: attributes & attribute.codec,
    count: bytes.readInt32BE(fieldOffset.count),
    firstTimestamp: Number(bytes.readBigInt64BE(fieldOffset.firstTimestamp)),
    maxTimestamp,
    appendedAt: (attributes & attribute.appendTime) === 0 ? null : maxTimestamp,
    isControlRecord: (attributes & attribute.control) !== 0,
    batchContext: {
      producerId: String(bytes.readBigInt64BE(fieldOffset.producerId)),
      inTransaction: (attributes & attribute.transaction) !== 0,
    },
  };
}
