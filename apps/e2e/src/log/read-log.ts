import type { CallEvent } from '@callstream/domain';
import { decode } from '@callstream/domain';
import { createLog, endOffsets, logEntry, readRanges } from '@callstream/runtime';
import type { Kafka, LogRecord } from '@callstream/runtime';

const log = createLog({ service: 'e2e', level: 'silent' });

/** Every record of a topic that can be read, up to its end, partition by partition. */
async function readRecords(kafka: Kafka, topic: string): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const ranges = new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }]));
  const records: LogRecord[] = [];
  await readRanges(kafka, {
    ...{ topic, ranges, log },
    onRecords: (some) => void records.push(...some),
    onUnreadable: () => undefined,
  });
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** What the log says, by the domain alone. @throws {Error} if one of its records is no event */
export async function readLog(kafka: Kafka, topic: string): Promise<CallEvent[]> {
  return (await readRecords(kafka, topic)).map((record) => {
    const decoded = decode(logEntry(record));
    if ('problem' in decoded) throw new Error(`${topic}/${record.partition}/${record.offset}: ${decoded.problem}`);
    return decoded.event;
  });
}
