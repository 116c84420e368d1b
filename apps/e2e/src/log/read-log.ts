import type { CallEvent } from '@callstream/domain';
import { decodeRecords } from '@callstream/domain';
import { createLog, endOffsets, logEntry, readRanges } from '@callstream/runtime';
import type { Kafka, LogRecord } from '@callstream/runtime';

const log = createLog({ service: 'e2e', level: 'silent' });

/** Every readable record of a topic up to its current end, partition by partition. */
async function readRecords(kafka: Kafka, topic: string): Promise<LogRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const ranges = new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }]));
  const records: LogRecord[] = [];
  await readRanges(kafka, {
    topic,
    ranges,
    log,
    onRecords: (batch) => void records.push(...batch),
    onUnreadable: () => undefined,
  });
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/**
 * The events of the log, decoded by the domain.
 * @param onProblem gets each record that is no event @throws {Error} without it, if there is one
 */
export async function readLog(
  kafka: Kafka,
  topic: string,
  onProblem: (record: LogRecord, problem: string) => void = ({ partition, offset }, problem) => {
    throw new Error(`${topic}/${partition}/${offset}: ${problem}`);
  },
): Promise<CallEvent[]> {
  return [...decodeRecords(await readRecords(kafka, topic), logEntry, onProblem)];
}
