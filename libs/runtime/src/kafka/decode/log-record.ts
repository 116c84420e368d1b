import type { IHeaders, KafkaMessage } from 'kafkajs';
import { RecordView } from './record-view.ts';
import type { LogHeaders } from './record-headers.ts';

/** A record of the log. Not to be spread: what it has is read from the bytes of its fetch when it is asked for. */
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

/** A record as kafkajs hands it over. */
export const toLogRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord =>
  message instanceof RecordView
    ? message
    : {
        ...{ topic, partition },
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

/** When we received it: the header that ingest wrote, else Kafka's own timestamp. */
export function receivedAtOf({ headers, timestamp }: Pick<LogRecord, 'headers' | 'timestamp'>): ReceivedAt {
  const text = headers.get('received_at')?.toString();
  if (text !== undefined) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return { text, ms };
  }
  const ms = Number.isFinite(timestamp) && Math.abs(timestamp) <= 8.64e15 ? timestamp : 0;
  return { text: new Date(ms).toISOString(), ms };
}
