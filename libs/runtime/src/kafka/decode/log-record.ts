import type { IHeaders, KafkaMessage } from 'kafkajs';
import { RecordView } from './record-view.ts';
import type { LogHeaders } from './record-headers.ts';

/** A record of the log. Do not spread it: its properties are getters that read the bytes of the fetch. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: LogHeaders;
  /** Kafka's timestamp, in ms since 1970. */
  readonly timestamp: number;
}

/** Converts a message that kafkajs hands over. */
export const toLogRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord =>
  message instanceof RecordView
    ? message
    : {
        topic,
        partition,
        offset: Number(message.offset),
        key: message.key,
        value: message.value,
        headers: headersOf(message.headers ?? {}),
        timestamp: Number(message.timestamp),
      };

const headersOf = (headers: IHeaders): LogHeaders =>
  new Map(
    Object.entries(headers).map(([name, values]) => {
      const value = Array.isArray(values) ? values.at(-1) : values;
      return [name, typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.from(value) : undefined];
    }),
  );

export interface ReceivedAt {
  /** RFC 3339. */
  readonly text: string;
  /** The same in ms since 1970. */
  readonly ms: number;
}

/** When ingest received the event: from its header `received_at`; without a valid one, Kafka's timestamp. */
export function receivedAtOf({ headers, timestamp }: Pick<LogRecord, 'headers' | 'timestamp'>): ReceivedAt {
  const text = headers.get('received_at')?.toString();
  if (text !== undefined) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return { text, ms };
  }
  const ms = Number.isFinite(timestamp) && Math.abs(timestamp) <= 8.64e15 ? timestamp : 0;
  return { text: new Date(ms).toISOString(), ms };
}
