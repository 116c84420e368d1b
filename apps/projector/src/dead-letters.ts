import type { OutRecord, Publisher } from '@callstream/runtime';
import type { Rejected } from './understand.ts';

/** Topic for the records of `topic` that are no events. As many partitions, kept for ever. */
const deadLetterTopic = (topic: string): string => `${topic}-dlq`;

/** The record as it was, with headers that say where it stood and why it is here. */
function deadLetter({ record, problem }: Rejected): OutRecord {
  return {
    topic: deadLetterTopic(record.topic),
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      dlq_reason: problem,
      dlq_topic: record.topic,
      dlq_partition: String(record.partition),
      dlq_offset: String(record.offset),
      dlq_timestamp: new Date(record.timestamp).toISOString(),
    },
  };
}

/** Puts what is no event aside; returns once Kafka has it. */
export async function setAside(publisher: Publisher, rejected: readonly Rejected[]): Promise<void> {
  if (rejected.length > 0) await publisher.publishBatch(rejected.map(deadLetter));
}
