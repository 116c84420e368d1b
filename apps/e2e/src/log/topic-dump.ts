import { connectKafka, createLog, endOffsets, readRanges } from '@callstream/runtime';
import type { Kafka, LogRecord } from '@callstream/runtime';
import { produceRequests } from '@callstream/runtime/testing';
import type { RequestRecord } from '@callstream/runtime/testing';

const silentLog = createLog({ service: 'e2e', level: 'silent' });

export const connectSilentKafka = (brokers: readonly string[]): Kafka =>
  connectKafka({ brokers, clientId: 'e2e', log: silentLog });

/** A record of a topic as a line of a fixture. Bytes are text if they are UTF-8, else `base64:…`. */
export interface DumpedRecord {
  readonly partition: number;
  readonly offset: number;
  /** Kafka's timestamp, ms since 1970. */
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const marker = 'base64:';
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    const text = decoder.decode(bytes);
    if (!text.startsWith(marker)) return text;
  } catch {
    // Not UTF-8.
  }
  return `${marker}${bytes.toString('base64')}`;
}

const bytesOf = (text: string): Buffer =>
  text.startsWith(marker) ? Buffer.from(text.slice(marker.length), 'base64') : Buffer.from(text);

const dumpedRecordOf = ({ partition, offset, timestamp, key, value, headers }: LogRecord): DumpedRecord => ({
  partition,
  offset,
  timestamp,
  key: key && textOf(key),
  value: value && textOf(value),
  headers: Object.fromEntries([...headers].map(([name, header]) => [name, textOf(header ?? Buffer.alloc(0))])),
});

/** Every record of a topic, partition by partition. */
export async function dumpTopic(kafka: Kafka, topic: string): Promise<DumpedRecord[]> {
  const ends = await endOffsets(kafka, topic);
  const ranges = new Map([...ends].map(([partition, { low, high }]) => [partition, { from: low, to: high }]));
  const records: DumpedRecord[] = [];
  await readRanges(kafka, {
    topic,
    ranges,
    onRecords: (batch) => void records.push(...batch.map(dumpedRecordOf)),
    log: silentLog,
  });
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Produces the records to an empty topic. @throws {Error} if one did not get its old offset */
export async function restoreTopic(kafka: Kafka, topic: string, records: readonly DumpedRecord[]): Promise<void> {
  const toRequest = ({ partition, timestamp, key, value, headers }: DumpedRecord): RequestRecord => ({
    partition,
    timestamp,
    key: key === null ? null : bytesOf(key),
    value: value === null ? null : bytesOf(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, bytesOf(header)])),
  });
  await produceRequests(kafka, topic, [records.map(toRequest)]);
  for (const [partition, { low, high }] of await endOffsets(kafka, topic)) {
    const expected = records.filter((record) => record.partition === partition);
    if (low !== 0 || high !== expected.length || expected.some(({ offset }, i) => offset !== i))
      throw new Error(
        `Partition ${partition} of ${topic} has offsets ${low} to ${high}; expected 0 to ${expected.length}.`,
      );
  }
}
