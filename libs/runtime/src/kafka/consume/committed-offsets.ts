import type { Admin } from 'kafkajs';
import pRetry from 'p-retry';
import { withAdmin } from '../client.ts';
import type { Kafka } from '../client.ts';
import type { Log } from '../../log.ts';
import { endOffsets } from '../topics.ts';

export interface StartAtEndOptions {
  readonly groupId: string;
  readonly topic: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** While another member of the group does the same, or Kafka cannot be reached. */
const retry = { retries: 60, minTimeout: 100, maxTimeout: 2_000 };

/**
 * Makes a new group begin at the end of the topic: commits the end of each partition for which the group has no offset that the log
 * has. Retries for about two minutes. @throws the last error
 */
export async function startAtEnd(kafka: Kafka, options: StartAtEndOptions): Promise<void> {
  const commitUncommitted = (): Promise<void> => withAdmin(kafka, (admin) => commitEnds(kafka, admin, options));
  await pRetry(commitUncommitted, { ...retry, signal: options.signal });
}

/** @throws {Error} if another member has committed only a part meanwhile */
async function commitEnds(kafka: Kafka, admin: Admin, { groupId, topic, log }: StartAtEndOptions): Promise<void> {
  /** Of partitions without a usable offset. */
  const readEnds = async (): Promise<{ readonly partition: number; readonly offset: string }[]> => {
    const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
    // After the committed offsets: read before, an end may be older than they are.
    const ends = await endOffsets(kafka, topic);
    return (group?.partitions ?? []).flatMap(({ partition, offset: committed }) => {
      const offset = Number(committed);
      const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
      if (offset >= low && offset <= high) return [];
      // Records were deleted, or the topic was created again: a consumer would end at each start.
      if (offset >= 0) log.warn({ partition, offset, low, high }, 'consumer.offset-outside-log');
      return [{ partition, offset: String(high) }];
    });
  };
  const partitions = await readEnds();
  if (partitions.length === 0) return;
  // Fails while the group has members: they are about to commit these offsets. Of two that begin together, each commits only the
  // partitions that it gets.
  await admin.setOffsets({ groupId, topic, partitions });
  const { length } = await readEnds();
  if (length > 0) throw new Error(`The group ${groupId} has no offset yet for ${length} partitions of ${topic}.`);
}
