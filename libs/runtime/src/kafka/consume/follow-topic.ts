import { randomUUID } from 'node:crypto';
import { withAdmin } from '../client.ts';
import type { Kafka } from '../client.ts';
import { consume } from './consume.ts';
import type { ConsumeOptions, RunningConsumer } from './consume.ts';

export interface FollowTopicOptions extends Omit<ConsumeOptions, 'groupId' | 'commit'> {
  /** Part of the group's name in Kafka: `callstream-<name>-<uuid>`. */
  readonly name: string;
}

/** Reads all partitions of a topic: as the only member of its own group, which is deleted at the end. */
export async function followTopic(
  kafka: Kafka,
  { name, ...consumeOptions }: FollowTopicOptions,
): Promise<RunningConsumer> {
  const groupId = `callstream-${name}-${randomUUID()}`;
  const consumer = await consume(kafka, { ...consumeOptions, groupId, commit: false });
  const close = async (): Promise<void> => {
    await consumer[Symbol.asyncDispose]();
    // If it fails, Kafka deletes the empty group later.
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  };
  return { failure: consumer.failure, [Symbol.asyncDispose]: close };
}
