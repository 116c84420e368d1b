import type { KafkaMessage } from 'kafkajs';

/** A record of the log. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
  /** Kafka's own, in ms since 1970. */
  readonly timestamp: number;
}

export function logRecord(
  topic: string,
  partition: number,
  { offset, key, value, headers = {}, timestamp }: KafkaMessage,
): LogRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    key,
    value,
    headers: onlyBuffers(headers),
    timestamp: Number(timestamp),
  };
}

/** kafkajs gives the last of several headers of one name as the last of an array. */
function onlyBuffers(headers: NonNullable<KafkaMessage['headers']>): Record<string, Buffer | undefined> {
  const one = (value: unknown): Buffer | undefined =>
    Array.isArray(value) ? one(value.at(-1)) : Buffer.isBuffer(value) ? value : undefined;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, one(value)]));
}

/** When we received it, as RFC 3339: the header that ingest wrote, else Kafka's own timestamp. */
export function receivedAtOf({ headers, timestamp }: Pick<LogRecord, 'headers' | 'timestamp'>): string {
  const header = headers['received_at']?.toString();
  if (header !== undefined && !Number.isNaN(Date.parse(header))) return header;
  const ms = Number.isFinite(timestamp) && Math.abs(timestamp) <= 8.64e15 ? timestamp : 0;
  return new Date(ms).toISOString();
}
