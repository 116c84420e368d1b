import { eventUuid } from '../../event-uuid.ts';
import { receivedAtOf } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

const emptyValue = new Uint8Array();

/** UUID of the value of a record; all records without one share a UUID. */
export const recordUuid = ({ value }: Pick<LogRecord, 'value'>): string => eventUuid(value ?? emptyValue);

/** The input of the domain's `decode`. Every event that is read from the log is made by this function. */
export const logEntry = (record: LogRecord) => {
  // Once: the getter `headers` makes a new view each time.
  const { value, partition, offset, headers, timestamp } = record;
  const { text, ms: receivedAt } = receivedAtOf({ headers, timestamp });
  return {
    value,
    source: headers.get('source')?.toString() ?? null,
    sourceName: headers.get('source_name')?.toString() ?? null,
    hints: headers.get('hints')?.toString() ?? null,
    partition,
    offset,
    receivedAt,
    uuidOf: (withTime: boolean, prefix: string): string =>
      eventUuid(value ?? emptyValue, withTime ? text : undefined, prefix),
  };
};
