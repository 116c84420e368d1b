import kafkajs from 'kafkajs';
import type { IHeaders, Kafka, Message, Producer } from 'kafkajs';
import { within } from '../../stop.ts';
import { metadataMaxAgeMs } from '../patches/leaderless-partitions.ts';

/** A record to write. */
export interface ProducerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer | undefined>>;
}

export interface Publisher extends AsyncDisposable {
  /** Writes the records and returns when every in-sync replica has them. One call at a time. A rejected batch may have been written. */
  publishBatch: (records: readonly ProducerRecord[]) => Promise<void>;
}

const retry = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 };

export interface PublisherOptions {
  /** A batch that takes longer counts as failed, in ms; it may be written nevertheless. Without one, Kafka's own limits decide. */
  readonly deadlineMs?: number;
}

/**
 * An idempotent producer, and a new one after every failed send: kafkajs's own goes on with sequence numbers that the
 * broker may have seen, and acknowledged records were lost that way. Connects when first used.
 */
export function openPublisher(
  kafka: Kafka,
  { deadlineMs }: PublisherOptions = {},
): Publisher & { readonly connect: () => Promise<void> } {
  let current: Promise<Producer> | undefined;
  let isConnected = false;
  const send = async (connecting: Promise<Producer>, records: readonly ProducerRecord[]): Promise<void> => {
    const producer = await connecting;
    isConnected = true;
    await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) });
  };
  const publishBatch = async (records: readonly ProducerRecord[]): Promise<void> => {
    const connecting = (current ??= connectProducer(kafka));
    try {
      const sent = send(connecting, records);
      await (deadlineMs === undefined ? sent : within(deadlineMs, sent));
    } catch (error) {
      current = undefined;
      isConnected = false;
      void connecting.then((producer) => producer.disconnect()).catch(() => undefined);
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    const disconnected = current?.then((producer) => producer.disconnect()).catch(() => undefined);
    // One that is still trying to reach Kafka does so for longer than anybody waits for a stop.
    if (isConnected) await disconnected;
  };
  const connect = async (): Promise<void> => {
    await (current ??= connectProducer(kafka));
    isConnected = true;
  };
  return { connect, publishBatch, [Symbol.asyncDispose]: close };
}

/** An {@link openPublisher} that is connected. @throws if Kafka is away */
export async function connectPublisher(kafka: Kafka): Promise<Publisher> {
  const publisher = openPublisher(kafka);
  await publisher.connect();
  return publisher;
}

async function connectProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    retry,
  });
  await producer.connect();
  return producer;
}

/** kafkajs reads headers without a value, and cannot write them: they become empty ones. */
const writable = (headers: ProducerRecord['headers']): IHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ?? Buffer.alloc(0)]));

function byTopic(records: readonly ProducerRecord[]): { topic: string; messages: Message[] }[] {
  const topics = Map.groupBy(records, (record) => record.topic);
  return [...topics].map(([topic, of]) => ({
    topic,
    messages: of.map(({ partition, key, value, headers }) => ({ partition, key, value, headers: writable(headers) })),
  }));
}

/** The partition of a key, as Kafka's own clients compute it (murmur2). Computed once and passed on: never left to a retry. */
export function createPartitionOf(partitions: number): (key: string) => number {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (key) => partitioner({ topic: '', partitionMetadata, message: { key, value: null } });
}
