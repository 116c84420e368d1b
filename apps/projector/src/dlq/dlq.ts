import { deadLetterTopic, endOffsets, readRanges, topicExists } from '@callstream/runtime';
import type { Kafka, Log, LogRecord, Publisher } from '@callstream/runtime';
import { deadLetterOfBatch } from './dead-letters.ts';
import { splitIntoBatches } from './split-batches.ts';
import { createDlqReader, isBatch } from './entries.ts';
import type { DlqContents, Decision, DeadLetterEntry } from './entries.ts';

/** Where the DLQ commands work. */
export interface Dlq {
  readonly kafka: Kafka;
  /** The topic whose DLQ it is. */
  readonly topic: string;
  readonly log: Log;
}

/** Reads a DLQ to its end. @throws {Error} if there is none */
export async function readDlq({ kafka, topic, log }: Dlq): Promise<DlqContents> {
  const dlq = deadLetterTopic(topic);
  if (!(await topicExists(kafka, dlq)))
    throw new Error(`There is no topic "${dlq}". Is KAFKA_TOPIC right? If so, make it: npm run projector -- migrate`);
  const { add, addUnreadable, box } = createDlqReader();
  const ends = await endOffsets(kafka, dlq);
  await readRanges(kafka, {
    ...{ topic: dlq, log },
    ranges: new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }])),
    onRecords: (records) => records.forEach(add),
    onUnreadable: addUnreadable,
  });
  return box();
}

export interface OriginalRecord {
  readonly entry: DeadLetterEntry;
  /** As it was when it was put aside; null if only the log had it, and does not have it any more. */
  readonly record: LogRecord | null;
}

/** Room for key and headers, and for a value that only the log has, in bytes. */
const overheadBytes = 1_500;
const referenceBytes = 1_000_000;

/** Hands over the entries with their records, some of one partition at a time, in order. */
export async function forEachOriginal(
  dlq: Dlq,
  entries: readonly DeadLetterEntry[],
  onSome: (some: readonly OriginalRecord[]) => Promise<void>,
): Promise<void> {
  for (const of of Map.groupBy(entries, ({ partition }) => partition).values())
    for (const some of splitIntoBatches(
      of,
      ({ bytes, reference }) => (reference ? referenceBytes : (bytes ?? 0)) + overheadBytes,
    ))
      await onSome(await readOriginals(dlq, some));
}

/** Of one partition. */
async function readOriginals(
  { kafka, topic, log }: Dlq,
  entries: readonly DeadLetterEntry[],
): Promise<OriginalRecord[]> {
  const wanted = new Set(entries.map((entry) => entry.dlq_offset));
  const copies = new Map<number, LogRecord>();
  const range = { from: Math.min(...wanted), to: Math.max(...wanted) + 1 };
  await readRanges(kafka, {
    ...{ topic: deadLetterTopic(topic), log, ranges: new Map([[entries[0]?.partition ?? 0, range]]) },
    onRecords: (records) => {
      for (const record of records) if (wanted.has(record.offset)) copies.set(record.offset, record);
    },
    onUnreadable: () => undefined,
  });
  const originals: OriginalRecord[] = [];
  for (const entry of entries) {
    const copy = copies.get(entry.dlq_offset) ?? null;
    originals.push({ entry, record: entry.reference ? await readSource({ kafka, topic, log }, entry) : copy });
  }
  return originals;
}

async function readSource({ kafka, topic, log }: Dlq, entry: DeadLetterEntry): Promise<LogRecord | null> {
  const { partition, offset } = entry;
  const found: LogRecord[] = [];
  await readRanges(kafka, {
    ...{ topic, log, ranges: new Map([[partition, { from: offset, to: offset + 1 }]]) },
    onRecords: (records) => void found.push(...records),
    onUnreadable: (batch) => {
      if (isBatch(entry)) found.push(deadLetterOfBatch(batch).record);
    },
  });
  return found.find(({ timestamp }) => String(timestamp) === entry.timestamp) ?? null;
}

/** Writes down what became of entries: on the DLQ itself, so that it outlives the tables. */
export async function writeDecisions(
  publisher: Pick<Publisher, 'publishBatch'>,
  { topic, entries, decision }: { topic: string; entries: readonly DeadLetterEntry[]; decision: Decision },
): Promise<void> {
  const records = entries.map(({ partition, offset, timestamp }) => ({
    ...{ topic: deadLetterTopic(topic), partition, key: null, value: null },
    headers: {
      dlq_decision: decision,
      dlq_topic: topic,
      dlq_partition: String(partition),
      dlq_offset: String(offset),
      dlq_timestamp: timestamp,
      dlq_at: new Date().toISOString(),
    },
  }));
  for (const some of splitIntoBatches(records, () => 500)) await publisher.publishBatch(some);
}
