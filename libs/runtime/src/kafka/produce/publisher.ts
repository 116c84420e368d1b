import type { Message, PartitionerArgs, Producer } from 'kafkajs';
import { within } from '../../deadline.ts';
import { toKafkajs } from '../client.ts';
import type { Kafka } from '../client.ts';
import { metadataMaxAgeMs } from '../kafkajs-2.2.4/leaderless-partitions.ts';

export interface ProducerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer | undefined>>;
}

export interface Publisher extends AsyncDisposable {
  /** Resolves once every in-sync replica has the records. One call at a time. A batch that is rejected may have been written nevertheless. */
  readonly publishBatch: (records: readonly ProducerRecord[]) => Promise<void>;
}

const retry = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 };

export interface PublisherOptions {
  /** Time limit of a batch, in ms; it may be written nevertheless. Without one, the retries of kafkajs decide. */
  readonly deadlineMs?: number;
}

/**
 * An idempotent producer that is replaced after every failed send: after a failure, one of kafkajs goes on with sequence
 * numbers that the broker may have seen, and acknowledged records were lost that way. Connects on first use.
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
    // A producer that is still connecting retries for longer than a stop may take.
    if (isConnected) await disconnected;
  };
  const connect = async (): Promise<void> => {
    await (current ??= connectProducer(kafka));
    isConnected = true;
  };
  return { connect, publishBatch, [Symbol.asyncDispose]: close };
}

/** A publisher that is connected. @throws if Kafka is unavailable */
export async function connectPublisher(kafka: Kafka): Promise<Publisher> {
  const publisher = openPublisher(kafka);
  await publisher.connect();
  return publisher;
}

async function connectProducer(kafka: Kafka): Promise<Producer> {
  const producer = toKafkajs(kafka).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: () => partitionOfMessage,
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    retry,
  });
  await producer.connect();
  return producer;
}

/** Each record names its partition. */
const partitionOfMessage = ({ message }: PartitionerArgs): number => message.partition ?? 0;

/** As kafkajs groups them. Its own encoder would not take a header without a value; `produce-request.ts` does. */
function byTopic(records: readonly ProducerRecord[]): { topic: string; messages: Message[] }[] {
  const topics = Map.groupBy(records, (record) => record.topic);
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}
