import { recordUuid } from '@callstream/runtime';
import type { LogRecord, UnreadableBatch } from '@callstream/runtime';

/** What stands beside a position, to recognise the record before it. */
export interface Fingerprint {
  readonly uuid: string;
  /** Kafka's, in ms since 1970. */
  readonly timestamp: number;
}

/** Last moment that ISO 8601 writes with four digits for the year, in ms: Postgres reads no others. */
const timestampMax = Date.UTC(10_000, 0, 1) - 1;

/** A producer may write any number as a timestamp, so it is clamped to what the tables can hold. */
export const fingerprintOf = (record: Pick<LogRecord, 'value' | 'timestamp'>): Fingerprint => ({
  uuid: recordUuid(record),
  timestamp: Number.isFinite(record.timestamp) ? Math.min(Math.max(record.timestamp, 0), timestampMax) : 0,
});

/** Of a batch that was gone over: none of its records is known. */
export const fingerprintOfBatch = ({ bytes: value, timestamp }: UnreadableBatch): Fingerprint =>
  fingerprintOf({ value, timestamp });
