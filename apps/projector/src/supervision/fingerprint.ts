import { recordUuid } from '@callstream/runtime';
import type { LogRecord, UnreadableBatch } from '@callstream/runtime';
import type { Fingerprint } from '@callstream/tables';

export const fingerprintOf = (record: Pick<LogRecord, 'value' | 'timestamp'>): Fingerprint => ({
  uuid: recordUuid(record),
  timestamp: record.timestamp,
});

/** Fingerprint of a skipped batch. Its records cannot be decoded, so its bytes identify it. */
export const fingerprintOfBatch = ({ bytes: value, timestamp }: UnreadableBatch): Fingerprint =>
  fingerprintOf({ value, timestamp });
