import { toKafkajs, withAdmin } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';

/** By partition: the offset that the group has committed; -1 without one. */
export async function committedOffsets(
  kafka: Kafka,
  { groupId, topic }: { readonly groupId: string; readonly topic: string },
): Promise<Map<number, number>> {
  const [offsets] = await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  return new Map(offsets?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}

export interface OffsetReader extends AsyncDisposable {
  /** By partition: the offset that its next record will have. */
  readonly read: () => Promise<Map<number, number>>;
}

/** Reads end offsets on one connection, for many readings a second. */
export async function connectOffsetReader(kafka: Kafka, topic: string): Promise<OffsetReader> {
  const admin = toKafkajs(kafka).admin();
  await admin.connect();
  return {
    read: async () =>
      new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)])),
    [Symbol.asyncDispose]: () => admin.disconnect(),
  };
}
