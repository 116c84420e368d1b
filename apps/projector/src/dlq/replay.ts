import { decode } from '@callstream/domain';
import { isPermanentlyRejected, logEntry, receivedAtOf } from '@callstream/runtime';
import type { CommandOutput, LogRecord, ProducerRecord, Publisher } from '@callstream/runtime';
import { originalHeaders } from './dead-letters.ts';
import { forEachOriginal, writeDecisions } from './dlq.ts';
import type { Dlq, OriginalRecord } from './dlq.ts';
import { isBatch } from './entries.ts';
import type { DeadLetterEntry } from './entries.ts';

export interface ReplayOptions {
  readonly publisher: Publisher;
  readonly entries: readonly DeadLetterEntry[];
  /** Also records that are still no events, and would be dead-lettered again. */
  readonly force: boolean;
  readonly showProgress: CommandOutput['showProgress'];
}

export interface ReplayResult {
  readonly replayed: number;
  /** Records that are still no events. */
  readonly undecodable: number;
  /** Records that were only in the log, and that the log no longer has. */
  readonly missing: number;
  /** Unreadable batches: they have no records to replay. */
  readonly batches: number;
}

/**
 * Appends records unchanged to their partition: a new delivery of each. The decisions are written afterwards, so an interrupted
 * replay may deliver records once more; the tables count such duplicates as deliveries.
 */
export async function replay(
  dlq: Dlq,
  { publisher, entries, force, showProgress }: ReplayOptions,
): Promise<ReplayResult> {
  const records = entries.filter((entry) => !isBatch(entry));
  const result = { replayed: 0, undecodable: 0, missing: 0, batches: entries.length - records.length };
  using progress = showProgress({ total: records.length, unit: 'entries' });
  await forEachOriginal(dlq, records, async (batch) => {
    const present = batch.filter(hasRecord);
    const replayable = present.filter(({ record }) => force || 'event' in decode(logEntry(record)));
    for (const { entry, record } of replayable) await replayRecord(publisher, dlq.topic, { entry, record });
    const decided = replayable.map(({ entry }) => entry);
    await writeDecisions(publisher, { topic: dlq.topic, entries: decided, decision: 'replayed' });
    result.replayed += replayable.length;
    result.undecodable += present.length - replayable.length;
    result.missing += batch.length - present.length;
    progress.update(result.replayed + result.undecodable + result.missing);
  });
  return result;
}

const hasRecord = (original: OriginalRecord): original is OriginalRecord & { record: LogRecord } =>
  original.record !== null;

async function replayRecord(
  publisher: Publisher,
  topic: string,
  { entry, record }: { entry: DeadLetterEntry; record: LogRecord },
): Promise<void> {
  const replayed: ProducerRecord = {
    topic,
    partition: entry.partition,
    key: record.key,
    value: record.value,
    headers: { ...originalHeaders(record), received_at: firstReceivedAt(entry, record) },
  };
  await publisher.publishBatch([replayed]).catch((error: unknown) => {
    if (!isPermanentlyRejected(error)) throw error;
    throw new Error(
      `Kafka rejects the replay of entry ${entry.id}: ${(error as Error).message}. The entries before it were replayed.`,
      { cause: error },
    );
  });
}

/** The first reception stays: it is the time of an event that has no time of its own. */
const firstReceivedAt = (entry: DeadLetterEntry, { headers }: LogRecord): string =>
  receivedAtOf({ headers, timestamp: Number(entry.timestamp) }).text;
