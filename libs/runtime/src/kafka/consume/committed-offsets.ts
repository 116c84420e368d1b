import type { Admin } from 'kafkajs';
import pRetry from 'p-retry';
import { withAdmin } from '../client.ts';
import type { Kafka } from '../client.ts';
import { endOffsets } from '../topics.ts';

export interface StartAtEndOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly signal: AbortSignal;
}

/** While another member of the group does the same, or Kafka cannot be reached. */
const retry = { retries: 60, minTimeout: 100, maxTimeout: 2_000 };

/**
 * Makes a new group begin at the end of the topic: commits the end of each partition for which the group has committed no
 * offset. Retries for about two minutes. @throws the last error
 */
export async function startAtEnd(kafka: Kafka, options: StartAtEndOptions): Promise<void> {
  const commitUncommitted = (): Promise<void> => withAdmin(kafka, (admin) => commitEnds(kafka, admin, options));
  await pRetry(commitUncommitted, { ...retry, signal: options.signal });
}

/** @throws {Error} if another member has committed only a part meanwhile */
async function commitEnds(kafka: Kafka, admin: Admin, { groupId, topic }: StartAtEndOptions): Promise<void> {
  const readUncommitted = async (): Promise<Set<number>> => {
    const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const uncommitted = group?.partitions.filter(({ offset }) => Number(offset) < 0) ?? [];
    return new Set(uncommitted.map(({ partition }) => partition));
  };
  const uncommitted = await readUncommitted();
  if (uncommitted.size === 0) return;
  const partitions = [...(await endOffsets(kafka, topic))]
    .filter(([partition]) => uncommitted.has(partition))
    .map(([partition, { high }]) => ({ partition, offset: String(high) }));
  // Fails while the group has members: they are about to commit these offsets. Of two that begin together, each commits only the
  // partitions that it gets.
  await admin.setOffsets({ groupId, topic, partitions });
  const { size } = await readUncommitted();
  if (size > 0) throw new Error(`The group ${groupId} has no offset yet for ${size} partitions of ${topic}.`);
}
