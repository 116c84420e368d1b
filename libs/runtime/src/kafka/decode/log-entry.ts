import { eventUuid } from '../../event-uuid.ts';
import { receivedAtOf } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

const emptyValue = new Uint8Array();

/** UUID of the event in a record; all records without a value share one. */
export const recordUuid = (record: Pick<LogRecord, 'value'>, receivedAt?: string): string =>
  eventUuid(record.value ?? emptyValue, receivedAt);

/** The input of the domain's `decode`. Every event that is read from the log is made by this function. */
export const logEntry = (record: LogRecord) => {
  const { value, partition, offset } = record;
  const { text, ms: receivedAt } = receivedAtOf(record);
  return {
    value,
    partition,
    offset,
    receivedAt,
    uuidOf: (withTime: boolean): string => recordUuid({ value }, withTime ? text : undefined),
  };
};
