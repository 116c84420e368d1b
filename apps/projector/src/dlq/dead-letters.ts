import { projectionVersion } from '@callstream/domain';
import {
  batchHash,
  deadLetterTopic,
  isPermanentlyRejected,
  isTransientKafkaError,
  topicExists,
  unreadableKind,
} from '@callstream/runtime';
import type { Kafka, LogRecord, ProducerRecord, Publisher, UnreadableBatch } from '@callstream/runtime';
import { splitIntoBatches } from './split-batches.ts';
import { ProjectionStopped } from '../supervision/projection-stopped.ts';

/** A record that is put aside. */
export interface DeadLetter {
  readonly record: LogRecord;
  /** undecodable: it is no event. refused: it is one, and Postgres does not take it: our bug. */
  readonly kind: 'undecodable' | 'refused' | typeof unreadableKind;
  readonly reason: string;
  /** Where it is a whole batch that nobody can read. */
  readonly batch?: UnreadableBatch;
}

/** A batch that nobody can read, as one record: its bytes as they came. */
export const deadLetterOfBatch = (batch: UnreadableBatch): DeadLetter => {
  const { topic, partition, firstOffset: offset, timestamp, bytes: value, codec, reason } = batch;
  const record = { ...{ topic, partition, offset, timestamp, value }, key: null, headers: new Map<string, Buffer>() };
  return { record, kind: unreadableKind, reason: `The batch (${codec}) ${reason}.`, batch };
};

export interface DeadLetters {
  /** Returns once Kafka has them. They may be there twice: an entry is known by where it stood. @throws {ProjectionStopped} if the DLQ cannot be written */
  readonly setAside: (letters: readonly DeadLetter[]) => Promise<void>;
}

export function createDeadLetters(
  kafka: Kafka,
  publisher: Pick<Publisher, 'publishBatch'>,
  topic: string,
): DeadLetters {
  const dlq = deadLetterTopic(topic);
  // A publisher takes one call at a time, and partitions are projected at the same time.
  let turn = Promise.resolve();
  const publish = (records: readonly ProducerRecord[]): Promise<void> => {
    const mine = turn.then(() => publisher.publishBatch(records));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const publishOr = async (letters: readonly DeadLetter[]): Promise<void> => {
    try {
      await publish(letters.map((letter) => (bytesOf(letter) > wholeBytesMax ? byReference : whole)(dlq, letter)));
    } catch (error) {
      if (!isPermanentlyRejected(error)) throw error;
      for (const letter of letters) await publish([whole(dlq, letter)]).catch(orByReference(letter));
    }
  };
  const orByReference = (letter: DeadLetter) => async (error: unknown) => {
    if (!isPermanentlyRejected(error)) throw error;
    await publish([byReference(dlq, letter)]);
  };
  return {
    setAside: async (letters) => {
      try {
        for (const some of splitIntoBatches(letters, bytesOf)) await publishOr(some);
      } catch (error) {
        if (isTransientKafkaError(error) && (await topicExists(kafka, dlq))) throw error;
        throw new ProjectionStopped(
          `${letters.length} records are to be put aside and topic "${dlq}" cannot be written: ${(error as Error).message} Make it, or give the right to write it: npm run projector -- migrate`,
          { cause: error },
        );
      }
    },
  };
}

/** The record as it was, with headers that say where it stood and why it is here. */
const whole = (dlq: string, letter: DeadLetter): ProducerRecord => ({
  ...byReference(dlq, letter),
  key: letter.record.key,
  value: letter.record.value,
  headers: { ...originalHeaders(letter.record), ...origin(letter) },
});

/** Only where it stands, and why: the record itself is in the log, which is kept for ever. */
const byReference = (dlq: string, letter: DeadLetter): ProducerRecord => ({
  topic: dlq,
  partition: letter.record.partition,
  key: null,
  value: null,
  headers: { ...origin(letter), dlq_reference: 'true' },
});

const origin = ({ record, kind, reason, batch }: DeadLetter) => ({
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

/** More than that is not even tried, in bytes: a compressed batch may have a record of 64 MB, and a broker refuses such a request. */
const wholeBytesMax = 8 * 1024 * 1024;

/** Without headers that only we may write: a stranger's must not pass for what happened here. */
export const originalHeaders = ({ headers }: LogRecord): ProducerRecord['headers'] =>
  Object.fromEntries([...headers].filter(([name]) => !name.startsWith('dlq_')));

/** Room for the dlq_ headers and framing, in bytes. */
const overheadBytes = 1_500;

const bytesOf = ({ record: { key, value, headers } }: DeadLetter): number =>
  [...headers].reduce((sum, [name, header]) => sum + name.length + (header?.length ?? 0), overheadBytes) +
  (key?.length ?? 0) +
  (value?.length ?? 0);
