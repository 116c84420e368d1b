import { deadLetterTopic, endOffsets, readRanges, topicExists } from '@callstream/runtime';
import type { Kafka, Log, LogRecord, Publisher } from '@callstream/runtime';
import { deadLetterOfBatch } from './dead-letters.ts';
import { createDlqReader, isBatch } from './entries.ts';
import type { DeadLetterEntry, DeadLetterDecision, DlqContents } from './entries.ts';
import { splitIntoBatches } from './split-batches.ts';

/** The dead-letter queue of a topic. */
export interface Dlq {
  readonly kafka: Kafka;
  /** The topic whose DLQ it is. */
  readonly topic: string;
  readonly log: Log;
}

/** Reads a DLQ to its end. @throws {Error} if it does not exist */
export async function readDlq({ kafka, topic, log }: Dlq): Promise<DlqContents> {
  const dlq = deadLetterTopic(topic);
  if (!(await topicExists(kafka, dlq)))
    throw new Error(`There is no topic "${dlq}". Is KAFKA_TOPIC right? If so, create it: npm run projector -- migrate`);
  const { add, addUnreadable, contents } = createDlqReader();
  const ends = await endOffsets(kafka, dlq);
  await readRanges(kafka, {
    topic: dlq,
    log,
    ranges: new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }])),
    onRecords: (records) => records.forEach(add),
    onUnreadable: addUnreadable,
  });
  return contents();
}

export interface OriginalRecord {
  readonly entry: DeadLetterEntry;
  /** The record as it was dead-lettered; null if the DLQ has a reference, and the log no longer has the record. */
  readonly record: LogRecord | null;
}

/** Room for key and headers, in bytes. */
const overheadBytes = 1_500;
/** Assumed size of a value that is only in the log, in bytes. */
const referenceBytes = 1_000_000;

/** Calls `onBatch` with the entries and their records, partition by partition, in order. */
export async function forEachOriginal(
  dlq: Dlq,
  entries: readonly DeadLetterEntry[],
  onBatch: (batch: readonly OriginalRecord[]) => Promise<void>,
): Promise<void> {
  const bytesOf = ({ bytes, reference }: DeadLetterEntry): number =>
    (reference ? referenceBytes : (bytes ?? 0)) + overheadBytes;
  for (const ofPartition of Map.groupBy(entries, ({ partition }) => partition).values())
    for (const batch of splitIntoBatches(ofPartition, bytesOf)) await onBatch(await readOriginals(dlq, batch));
}

/** `entries` are of one partition. */
async function readOriginals(
  { kafka, topic, log }: Dlq,
  entries: readonly DeadLetterEntry[],
): Promise<OriginalRecord[]> {
  const wanted = new Set(entries.map((entry) => entry.dlq_offset));
  const copies = new Map<number, LogRecord>();
  const range = { from: Math.min(...wanted), to: Math.max(...wanted) + 1 };
  await readRanges(kafka, {
    topic: deadLetterTopic(topic),
    log,
    ranges: new Map([[entries[0]?.partition ?? 0, range]]),
    onRecords: (records) => {
      for (const record of records) if (wanted.has(record.offset)) copies.set(record.offset, record);
    },
    onUnreadable: () => undefined,
  });
  const originals: OriginalRecord[] = [];
  for (const entry of entries) {
    const copy = copies.get(entry.dlq_offset) ?? null;
    originals.push({ entry, record: entry.reference ? await readFromLog({ kafka, topic, log }, entry) : copy });
  }
  return originals;
}

async function readFromLog({ kafka, topic, log }: Dlq, entry: DeadLetterEntry): Promise<LogRecord | null> {
  const { partition, offset } = entry;
  const found: LogRecord[] = [];
  await readRanges(kafka, {
    topic,
    log,
    ranges: new Map([[partition, { from: offset, to: offset + 1 }]]),
    onRecords: (records) => void found.push(...records),
    onUnreadable: (batch) => {
      if (isBatch(entry)) found.push(deadLetterOfBatch(batch).record);
    },
  });
  return found.find(({ timestamp }) => String(timestamp) === entry.timestamp) ?? null;
}

/** Writes decisions to the DLQ itself, so that they outlive the tables. */
export async function writeDecisions(
  publisher: Pick<Publisher, 'publishBatch'>,
  { topic, entries, decision }: { topic: string; entries: readonly DeadLetterEntry[]; decision: DeadLetterDecision },
): Promise<void> {
  const records = entries.map(({ partition, offset, timestamp }) => ({
    topic: deadLetterTopic(topic),
    partition,
    key: null,
    value: null,
    headers: {
      dlq_decision: decision,
      dlq_topic: topic,
      dlq_partition: String(partition),
      dlq_offset: String(offset),
      dlq_timestamp: timestamp,
      dlq_at: new Date().toISOString(),
    },
  }));
  for (const batch of splitIntoBatches(records, () => 500)) await publisher.publishBatch(batch);
}
