import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { withAdmin } from '../connect.ts';
import { consume } from './consume.ts';
import type { ConsumeOptions, RunningConsumer } from './consume.ts';

export interface FollowTopicOptions extends Omit<ConsumeOptions, 'groupId' | 'commit'> {
  /** Whose group it is, as it stands in Kafka until it ends: `callstream-<name>-<uuid>`. */
  readonly name: string;
}

/** Reads every partition of a topic by itself: as the only member of a group of its own, which is gone afterwards. */
export async function followTopic(kafka: Kafka, { name, ...reading }: FollowTopicOptions): Promise<RunningConsumer> {
  const groupId = `callstream-${name}-${randomUUID()}`;
  const consumption = await consume(kafka, { ...reading, groupId, commit: false });
  const close = async (): Promise<void> => {
    await consumption[Symbol.asyncDispose]();
    // Kafka forgets an empty group by itself, only later.
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  };
  return { failure: consumption.failure, [Symbol.asyncDispose]: close };
}
