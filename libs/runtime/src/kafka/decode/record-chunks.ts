import type { KafkaMessage } from 'kafkajs';
import type { ByteBudget, Reservation } from './byte-budget.ts';
import { decompressedBytesMax } from './decompress.ts';
import { toLogRecord } from './log-record.ts';
import type { LogRecord } from './log-record.ts';
import { EncodedBatch } from './encoded-batch.ts';
import type { UnreadableBatch } from './unreadable-batch.ts';

/** What is handed over at once of what a fetch brought of a partition. */
export type RecordChunk =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[] }
  | { readonly kind: 'unreadable'; readonly batch: UnreadableBatch };

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Offset that was asked for: batches may begin before. */
  readonly from: number;
  readonly messages: readonly (KafkaMessage | EncodedBatch)[];
}

/** A part of decompressed records has no more than these, or one record: whoever handles it is used to what a fetch brings. */
const partBytesMax = 1024 * 1024;
const partRecordsMax = 10_000;

/** While a batch is decompressed, it may be there twice: in the pieces that came of it, and as a whole. */
const openingBytes = 2 * decompressedBytesMax;
/**
 * Memory of a consumer for batches that it has decompressed, in bytes. Each has its own: one may read another topic while it handles
 * what it holds.
 */
export const decodeBudgetBytes = openingBytes + decompressedBytesMax;

/** How many records there are at least: compressed ones are not counted, but taken at their word. */
export const countRecords = (messages: FetchedPartition['messages']): number =>
  messages.reduce((sum, message) => sum + (message instanceof EncodedBatch ? message.batch.count : 1), 0);

/**
 * Opens what is compressed batch by batch, and hands it over in parts. The next is opened when the part before was handled: ask for it
 * no sooner. Ended early, it gives back its memory.
 */
export async function* decodeChunks(
  { topic, partition, from, messages }: FetchedPartition,
  budget: ByteBudget,
): AsyncGenerator<RecordChunk, undefined> {
  const holds = new Set<Reservation>();
  let records: LogRecord[] = [];
  let bytes = 0;
  /** What was handed over needs no memory any more, but for the batch that is being read. */
  const handOver = function* (reading?: Reservation): Generator<RecordChunk, undefined> {
    if (records.length > 0) yield { kind: 'records', records };
    records = [];
    bytes = 0;
    for (const hold of holds) if (hold !== reading) release(hold);
  };
  const release = (hold: Reservation): void => {
    holds.delete(hold);
    hold[Symbol.dispose]();
  };
  try {
    for (const message of messages) {
      if (!(message instanceof EncodedBatch)) {
        records.push(toLogRecord(topic, partition, message));
        continue;
      }
      // With a full part, nothing of this batch would be taken, as if it were at its end.
      if (records.length >= partRecordsMax) yield* handOver();
      let hold = budget.tryReserve(openingBytes);
      if (!hold) {
        // Others may wait for what this one holds.
        yield* handOver();
        hold = await budget.reserve(openingBytes);
      }
      holds.add(hold);
      const open = await message.open();
      if ('unreadable' in open) {
        release(hold);
        yield* handOver();
        yield { kind: 'unreadable', batch: open.unreadable };
        continue;
      }
      hold.shrinkTo(open.bytes);
      for (;;) {
        const some = open.records.take(partRecordsMax - records.length, partBytesMax - bytes);
        if (some.records.length === 0) break;
        for (const record of some.records) if (record.offset >= from) records.push(record);
        bytes += some.bytes;
        if (records.length >= partRecordsMax || bytes >= partBytesMax) yield* handOver(hold);
      }
    }
    yield* handOver();
  } finally {
    for (const hold of holds) release(hold);
  }
}
