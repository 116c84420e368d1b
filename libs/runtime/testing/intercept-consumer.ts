import type { Consumer } from 'kafkajs';
import { toKafkajs } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';

export interface InterceptedConsumer {
  /** Fetches since the group was joined. */
  readonly fetches: () => number;
  /** Stops it as kafkajs does when it stops without an error. */
  readonly stop: () => Promise<void>;
}

/** Gives access to the next consumer that `kafka` creates for a group with this prefix. */
export function interceptConsumer(kafka: Kafka, groupPrefix: string): InterceptedConsumer {
  const client = toKafkajs(kafka);
  const create = client.consumer.bind(client);
  let consumer: Consumer | undefined;
  let fetches = 0;
  client.consumer = (config) => {
    const created = create(config);
    if (!config.groupId.startsWith(groupPrefix)) return created;
    created.on('consumer.fetch', () => fetches++);
    return (consumer = created);
  };
  const stop = async (): Promise<void> => {
    if (!consumer) throw new Error(`No consumer of a group ${groupPrefix}… was created yet.`);
    await consumer.stop();
  };
  return { fetches: () => fetches, stop };
}
