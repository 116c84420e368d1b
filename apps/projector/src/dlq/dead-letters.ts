import { projectionVersion } from '@callstream/domain';
import { isProgrammingError } from '@callstream/resilience';
import {
  batchHash,
  deadLetterTopic,
  isPermanentlyRejected,
  isTransientKafkaError,
  topicExists,
  unreadableKind,
} from '@callstream/runtime';
import type { Kafka, LogRecord, ProducerRecord, Publisher, UnreadableBatch } from '@callstream/runtime';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';
import { splitIntoBatches } from './split-batches.ts';

/** A record that cannot become rows. */
export interface DeadLetter {
  readonly record: LogRecord;
  /** undecodable: not an event. refused: an event that Postgres refuses, which is our bug. */
  readonly kind: 'undecodable' | 'refused' | typeof unreadableKind;
  readonly reason: string;
  /** Only of an unreadable batch, which is one dead letter as a whole. */
  readonly batch?: UnreadableBatch;
}

/** An unreadable batch as one record, with its bytes unchanged. */
export const deadLetterOfBatch = (batch: UnreadableBatch): DeadLetter => {
  const { topic, partition, firstOffset: offset, timestamp, bytes: value, codec, reason } = batch;
  const record = { topic, partition, offset, timestamp, value, key: null, headers: new Map<string, Buffer>() };
  return { record, kind: unreadableKind, reason: `The batch (${codec}) ${reason}.`, batch };
};

export interface DeadLetters {
  /**
   * Resolves once Kafka has stored them. A retry may store one twice: partition, offset and timestamp of the record identify it.
   * @throws {ProjectionStopped} if the DLQ cannot be written
   */
  readonly publish: (letters: readonly DeadLetter[]) => Promise<void>;
}

export function createDeadLetters(
  kafka: Kafka,
  publisher: Pick<Publisher, 'publishBatch'>,
  topic: string,
): DeadLetters {
  const dlq = deadLetterTopic(topic);
  // A publisher takes one call at a time, and partitions are projected in parallel.
  let lastCall = Promise.resolve();
  const send = (records: readonly ProducerRecord[]): Promise<void> => {
    const call = lastCall.then(() => publisher.publishBatch(records));
    lastCall = call.catch(() => undefined);
    return call;
  };
  const sendOneByOne = async (letters: readonly DeadLetter[]): Promise<void> => {
    for (const letter of letters)
      await send([wholeRecord(dlq, letter)]).catch(async (error: unknown) => {
        if (!isPermanentlyRejected(error)) throw error;
        await send([reference(dlq, letter)]);
      });
  };
  const sendBatch = async (letters: readonly DeadLetter[]): Promise<void> => {
    const records = letters.map((letter) => (bytesOf(letter) > wholeBytesMax ? reference : wholeRecord)(dlq, letter));
    await send(records).catch(async (error: unknown) => {
      if (!isPermanentlyRejected(error)) throw error;
      await sendOneByOne(letters);
    });
  };
  return {
    publish: async (letters) => {
      try {
        for (const batch of splitIntoBatches(letters, bytesOf)) await sendBatch(batch);
      } catch (error) {
        if (isProgrammingError(error)) throw error;
        if (isTransientKafkaError(error) && (await topicExists(kafka, dlq))) throw error;
        throw new ProjectionStopped(
          `${letters.length} dead letters cannot be stored: topic "${dlq}" cannot be written: ${(error as Error).message} Create it, or grant Write on it: npm run projector -- migrate`,
          { cause: error },
        );
      }
    },
  };
}

/** The record unchanged, with headers that say where it is in the log and why it is a dead letter. */
const wholeRecord = (dlq: string, letter: DeadLetter): ProducerRecord => ({
  ...reference(dlq, letter),
  key: letter.record.key,
  value: letter.record.value,
  headers: { ...originalHeaders(letter.record), ...dlqHeaders(letter) },
});

/** Only the headers: the record itself is in the log, which is kept for ever. */
const reference = (dlq: string, letter: DeadLetter): ProducerRecord => ({
  topic: dlq,
  partition: letter.record.partition,
  key: null,
  value: null,
  headers: { ...dlqHeaders(letter), dlq_reference: 'true' },
});

const dlqHeaders = ({ record, kind, reason, batch }: DeadLetter) => ({
  dlq_kind: kind,
  dlq_reason: reason.slice(0, 1_000),
  dlq_topic: record.topic,
  dlq_partition: String(record.partition),
  dlq_offset: String(record.offset),
  dlq_timestamp: String(record.timestamp),
  dlq_at: new Date().toISOString(),
  dlq_projection_version: String(projectionVersion),
  ...(batch && {
    dlq_last_offset: String(batch.lastOffset),
    dlq_codec: batch.codec,
    dlq_sha256: batchHash(batch),
  }),
});

/** Larger records go by reference at once, in bytes: a compressed batch may hold a record of 64 MB, which no broker accepts. */
const wholeBytesMax = 8 * 1024 * 1024;

/** Headers without `dlq_…`: a sender must not be able to forge those. */
export const originalHeaders = ({ headers }: LogRecord): ProducerRecord['headers'] =>
  Object.fromEntries([...headers].filter(([name]) => !name.startsWith('dlq_')));

/** Room for the dlq_ headers and framing, in bytes. */
const overheadBytes = 1_500;

const bytesOf = ({ record: { key, value, headers } }: DeadLetter): number =>
  [...headers].reduce((sum, [name, header]) => sum + name.length + (header?.length ?? 0), overheadBytes) +
  (key?.length ?? 0) +
  (value?.length ?? 0);
