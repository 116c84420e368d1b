import { randomUUID } from 'node:crypto';
import type { CallEvent } from '@callstream/domain';
import { decode } from '@callstream/domain';
import { consume, createLog, endOffsets, eventUuid, receivedAtOf, withAdmin } from '@callstream/runtime';
import type { Kafka, LogRecord } from '@callstream/runtime';
import { until } from '@callstream/stack';

/** Longest that reading the whole log may take, in ms. */
const timeoutMs = 60_000;

/** Every record of a topic up to its end, partition by partition. */
async function readRecords(kafka: Kafka, topic: string): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const positions = new Map([...ends].map(([partition, { low }]) => [partition, low]));
  const records: LogRecord[] = [];
  const groupId = `read-${randomUUID()}`;
  {
    await using reading = await consume(kafka, {
      groupId,
      topic,
      concurrency: 1,
      positions: () => positions,
      onBatch: (batch) => {
        records.push(...batch.records);
        const next = (batch.records.at(-1)?.offset ?? -1) + 1;
        positions.set(batch.partition, next);
        return Promise.resolve(next);
      },
      commit: false,
      log: createLog({ service: 'e2e', level: 'silent' }),
    });
    const atEnd = (): boolean => [...ends].every(([partition, { high }]) => (positions.get(partition) ?? 0) >= high);
    const onTimeout = (): Error => new Error(`${topic} could not be read to its end.`);
    await Promise.race([until(atEnd, { timeoutMs, everyMs: 10, onTimeout }), reading.failure]);
  }
  await withAdmin(kafka, (admin) => admin.deleteGroups([groupId]));
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** What the log says, by the domain alone. @throws {Error} if one of its records is no event */
export async function readLog(kafka: Kafka, topic: string): Promise<CallEvent[]> {
  return (await readRecords(kafka, topic)).map((record) => {
    const value = record.value ?? Buffer.alloc(0);
    const uuidOf = (receivedAt?: string): string => eventUuid(value, receivedAt);
    const decoded = decode({ ...record, receivedAt: receivedAtOf(record), uuidOf });
    if ('problem' in decoded) throw new Error(`${topic}/${record.partition}/${record.offset}: ${decoded.problem}`);
    return decoded.event;
  });
}
