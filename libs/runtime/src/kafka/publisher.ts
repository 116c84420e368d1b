import kafkajs from 'kafkajs';
import type { Kafka, Message, Producer } from 'kafkajs';

/** A record to write. */
export interface OutRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer | undefined>>;
}

export interface Publisher extends AsyncDisposable {
  /** Writes the records and returns when every in-sync replica has them. One call at a time. A rejected batch may have been written. */
  publishBatch: (records: readonly OutRecord[]) => Promise<void>;
}

const retry = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 };

/**
 * An idempotent producer, and a new one after every failed send: kafkajs's own goes on with sequence numbers that the
 * broker may have seen, and acknowledged records were lost that way.
 */
export async function connectPublisher(kafka: Kafka): Promise<Publisher> {
  const { DefaultPartitioner } = kafkajs.Partitioners;
  const fresh = async (): Promise<Producer> => {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: DefaultPartitioner,
      allowAutoTopicCreation: false,
      retry,
    });
    await producer.connect();
    return producer;
  };
  let current: Promise<Producer> | undefined = fresh();
  await current;

  const publishBatch = async (records: readonly OutRecord[]): Promise<void> => {
    current ??= fresh();
    const connecting = current;
    try {
      const producer = await connecting;
      await producer.sendBatch({ acks: -1, topicMessages: byTopic(records) });
    } catch (error) {
      current = undefined;
      void connecting.then((producer) => producer.disconnect()).catch(() => undefined);
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    const producer = await current?.catch(() => undefined);
    await producer?.disconnect();
  };
  return { publishBatch, [Symbol.asyncDispose]: close };
}

function byTopic(records: readonly OutRecord[]): { topic: string; messages: Message[] }[] {
  const topics = Map.groupBy(records, (record) => record.topic);
  return [...topics].map(([topic, of]) => ({
    topic,
    messages: of.map(({ partition, key, value, headers }) => ({ partition, key, value, headers })),
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
