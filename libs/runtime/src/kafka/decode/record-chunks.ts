import type { KafkaMessage } from 'kafkajs';
import type { ByteBudget, Reservation } from './byte-budget.ts';
import { decompressedBytesMax } from './decompress.ts';
import { EncodedBatch } from './encoded-batch.ts';
import { toLogRecord } from './log-record.ts';
import type { LogRecord } from './log-record.ts';
import type { UnreadableBatch } from './unreadable-batch.ts';

/** What is handed over at once. */
export type RecordChunk =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[] }
  | { readonly kind: 'unreadable'; readonly batch: UnreadableBatch };

/** What a fetch returned for one partition. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Offset that was requested; the first batch may begin before it. */
  readonly from: number;
  readonly messages: readonly (KafkaMessage | EncodedBatch)[];
}

/** Largest chunk of decompressed records, unless a single record is larger: about what a fetch returns. */
const chunkBytesMax = 1024 * 1024;
const chunkRecordsMax = 10_000;

/** Reserved while a batch is decompressed, in bytes: it may be in memory twice, as output chunks and as a whole. */
const decompressionBytes = 2 * decompressedBytesMax;
/**
 * Memory of a consumer for decompressed batches, in bytes. Each consumer has its own budget: one that reads another topic
 * while it holds a batch would deadlock on a shared one.
 */
export const decodeBudgetBytes = decompressionBytes + decompressedBytesMax;

/** Number of records; of compressed batches the count in their header. */
export const countRecords = (messages: FetchedPartition['messages']): number =>
  messages.reduce((sum, message) => sum + (message instanceof EncodedBatch ? message.batch.count : 1), 0);

/**
 * Decodes batch by batch, in chunks. Call `next` only once the previous chunk is handled: it decodes the next batch. A
 * `return` before the end releases the memory.
 */
export async function* decodeChunks(
  { topic, partition, from, messages }: FetchedPartition,
  budget: ByteBudget,
): AsyncGenerator<RecordChunk, undefined> {
  const reservations = new Set<Reservation>();
  let records: LogRecord[] = [];
  let bytes = 0;
  /** Hands over the chunk, and releases the memory of all batches but `current`, which is still being read. */
  const flush = function* (current?: Reservation): Generator<RecordChunk, undefined> {
    if (records.length > 0) yield { kind: 'records', records };
    records = [];
    bytes = 0;
    for (const reservation of reservations) if (reservation !== current) release(reservation);
  };
  const release = (reservation: Reservation): void => {
    reservations.delete(reservation);
    reservation[Symbol.dispose]();
  };
  try {
    for (const message of messages) {
      if (!(message instanceof EncodedBatch)) {
        records.push(toLogRecord(topic, partition, message));
        continue;
      }
      // From a full chunk, `take` below would get no records, and the batch would seem to be at its end.
      if (records.length >= chunkRecordsMax) yield* flush();
      let reservation = budget.tryReserve(decompressionBytes);
      if (!reservation) {
        // Release ours first: others may wait for it.
        yield* flush();
        reservation = await budget.reserve(decompressionBytes);
      }
      reservations.add(reservation);
      const decoded = await message.decode();
      if ('unreadable' in decoded) {
        release(reservation);
        yield* flush();
        yield { kind: 'unreadable', batch: decoded.unreadable };
        continue;
      }
      reservation.shrinkTo(decoded.bytes);
      for (;;) {
        const taken = decoded.records.take(chunkRecordsMax - records.length, chunkBytesMax - bytes);
        if (taken.records.length === 0) break;
        for (const record of taken.records) if (record.offset >= from) records.push(record);
        bytes += taken.bytes;
        if (records.length >= chunkRecordsMax || bytes >= chunkBytesMax) yield* flush(reservation);
      }
    }
    yield* flush();
  } finally {
    for (const reservation of reservations) release(reservation);
  }
}
