import { randomUUID } from 'node:crypto';
import { consume, withAdmin } from '@callstream/runtime';
import type { Consuming, Consumption, Kafka } from '@callstream/runtime';

type Reading = Pick<Consuming, 'topic' | 'concurrency' | 'positions' | 'onBatch' | 'log'>;

/** Reads every partition of the log by itself: as the only member of a group of its own, which is gone afterwards. */
export async function readLog(kafka: Kafka, reading: Reading): Promise<Consumption> {
  const groupId = `callstream-rebuild-${randomUUID()}`;
  const consumption = await consume(kafka, { ...reading, groupId, commit: false });
  const close = async (): Promise<void> => {
    await consumption[Symbol.asyncDispose]();
    // Kafka forgets an empty group by itself, only later.
    await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => undefined);
  };
  return { failure: consumption.failure, [Symbol.asyncDispose]: close };
}
