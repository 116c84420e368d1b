import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { toKafkajs } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';

export interface RequestRecord {
  readonly partition: number;
  readonly value: string | Buffer | null;
  /** Default: none. */
  readonly key?: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer>>;
  /** Kafka's timestamp, ms since 1970; also one that no producer would send. Default: now. */
  readonly timestamp?: number;
}

/** Sends each list of records as one request, by a producer that is not idempotent. */
export async function produceRequests(
  kafka: Kafka,
  topic: string,
  requests: readonly (readonly RequestRecord[])[],
): Promise<void> {
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
  const producer = toKafkajs(kafka).producer({ createPartitioner });
  await producer.connect();
  try {
    for (const records of requests) await producer.send({ topic, acks: -1, messages: records.map(messageOf) });
  } finally {
    await producer.disconnect();
  }
}

const messageOf = ({ partition, value, key = null, headers = {}, timestamp }: RequestRecord) => ({
  partition,
  value,
  key,
  headers: { ...headers },
  ...(timestamp !== undefined && { timestamp: String(timestamp) }),
});

/** Writes a record in a transaction, and aborts it. */
export async function abortTransaction(kafka: Kafka, topic: string, record: RequestRecord): Promise<void> {
  const producer = toKafkajs(kafka).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: randomUUID(),
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [messageOf(record)] });
  await transaction.abort();
  await producer.disconnect();
}
