import type { LogRecord, ProducerRecord, Publisher, Terminal } from '@callstream/runtime';
import { isPermanentlyRejected, receivedAtOf, showProgressBar } from '@callstream/runtime';
import { originalHeaders } from './dead-letters.ts';
import { foldRecords } from '../project/fold-records.ts';
import { writeDecisions, forEachOriginal } from './dlq.ts';
import type { Dlq, OriginalRecord } from './dlq.ts';
import { isBatch } from './entries.ts';
import type { DeadLetterEntry } from './entries.ts';

export interface ReplayOptions {
  readonly publisher: Publisher;
  readonly entries: readonly DeadLetterEntry[];
  /** Also what is still no event, and would come straight back. */
  readonly force: boolean;
  /** Where it is shown how far it is. */
  readonly terminal: Terminal;
}

export interface ReplayResult {
  readonly replayed: number;
  readonly stillNoEvent: number;
  /** They were in the log only, and the log does not have them any more. */
  readonly gone: number;
  /** Batches that nobody can read: they have no records to put back. */
  readonly batches: number;
}

/**
 * Puts records back at the end of their partition as they were: a new delivery. Then it is written down; whoever is
 * interrupted in between delivers them once more, which the tables count and otherwise do not mind.
 */
export async function replay(dlq: Dlq, { publisher, entries, force, terminal }: ReplayOptions): Promise<ReplayResult> {
  const records = entries.filter((entry) => !isBatch(entry));
  const result = { replayed: 0, stillNoEvent: 0, gone: 0, batches: entries.length - records.length };
  using progress = showProgressBar({ totals: new Map([[0, records.length]]), what: 'entries', stream: terminal });
  await forEachOriginal(dlq, records, async (some) => {
    const there = some.filter(isThere);
    const wanted = there.filter(({ record }) => force || foldRecords([record]).undecodable.length === 0);
    for (const { entry, record } of wanted) await putBack(publisher, dlq.topic, { entry, record });
    await writeDecisions(publisher, {
      topic: dlq.topic,
      entries: wanted.map(({ entry }) => entry),
      decision: 'replayed',
    });
    result.replayed += wanted.length;
    result.stillNoEvent += there.length - wanted.length;
    result.gone += some.length - there.length;
    progress.at(0, result.replayed + result.stillNoEvent + result.gone);
  });
  return result;
}

const isThere = (original: OriginalRecord): original is OriginalRecord & { record: LogRecord } =>
  original.record !== null;

async function putBack(
  publisher: Publisher,
  topic: string,
  { entry, record }: { entry: DeadLetterEntry; record: LogRecord },
): Promise<void> {
  const out: ProducerRecord = {
    ...{ topic, partition: entry.partition, key: record.key, value: record.value },
    headers: { ...originalHeaders(record), received_at: receivedAt(entry, record) },
  };
  await publisher.publishBatch([out]).catch((error: unknown) => {
    if (!isPermanentlyRejected(error)) throw error;
    throw new Error(
      `Kafka does not take entry ${entry.id} back: ${(error as Error).message}. Those before it were replayed.`,
      { cause: error },
    );
  });
}

/** Received when it was received first: an event without a time of its own is known by that. */
const receivedAt = (entry: DeadLetterEntry, { headers }: LogRecord): string =>
  receivedAtOf({ headers, timestamp: Number(entry.timestamp) }).text;
