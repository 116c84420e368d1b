import { recordUuid } from '@callstream/runtime';
import type { LogRecord, UnreadableBatch } from '@callstream/runtime';

/** Identifies the last record before a position. A projector compares it with the log, to notice that the log was replaced. */
export interface Fingerprint {
  readonly uuid: string;
  /** Kafka's timestamp of the record, in ms since 1970. */
  readonly timestamp: number;
}

/** End of the year 9999, in ms since 1970: Postgres cannot parse an ISO 8601 year of five digits. */
const timestampMax = Date.UTC(10_000, 0, 1) - 1;

/** A producer may write any number as a timestamp, so it is clamped to what the tables can hold. */
export const fingerprintOf = (record: Pick<LogRecord, 'value' | 'timestamp'>): Fingerprint => ({
  uuid: recordUuid(record),
  timestamp: Number.isFinite(record.timestamp) ? Math.min(Math.max(record.timestamp, 0), timestampMax) : 0,
});

/** Fingerprint of a skipped batch. Its records cannot be decoded, so its bytes identify it. */
export const fingerprintOfBatch = ({ bytes: value, timestamp }: UnreadableBatch): Fingerprint =>
  fingerprintOf({ value, timestamp });
