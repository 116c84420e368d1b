import type { KafkaMessage } from 'kafkajs';
import { PackedHeaders } from './record-headers.ts';
import type { LogHeaders } from './record-headers.ts';

/** A record of the log. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: LogHeaders;
  /** Kafka's own, in ms since 1970. */
  readonly timestamp: number;
}

export function logRecord(
  topic: string,
  partition: number,
  { offset, key, value, headers, timestamp }: KafkaMessage,
): LogRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    key,
    value,
    headers: headers instanceof PackedHeaders ? headers : noHeaders,
    timestamp: Number(timestamp),
  };
}

/** Records of before Kafka 0.11 have none. */
const noHeaders: LogHeaders = new Map();

/** When we received it, as RFC 3339: the header that ingest wrote, else Kafka's own timestamp. */
export function receivedAtOf({ headers, timestamp }: Pick<LogRecord, 'headers' | 'timestamp'>): string {
  const header = headers.get('received_at')?.toString();
  if (header !== undefined && !Number.isNaN(Date.parse(header))) return header;
  const ms = Number.isFinite(timestamp) && Math.abs(timestamp) <= 8.64e15 ? timestamp : 0;
  return new Date(ms).toISOString();
}
