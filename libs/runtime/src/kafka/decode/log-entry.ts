import { eventUuid } from '../../event-uuid.ts';
import { receivedAtOf } from './log-record.ts';
import type { LogRecord } from './log-record.ts';

const nothing = new Uint8Array();

/** Identity of what a record says; a record without a value says nothing. */
export const recordUuid = (record: Pick<LogRecord, 'value'>, receivedAt?: string): string =>
  eventUuid(record.value ?? nothing, receivedAt);

/** A record as the domain's `decode` takes it: the one way from the log to an event. */
export const logEntry = (record: LogRecord) => {
  const { value, partition, offset } = record;
  const { text, ms: receivedAt } = receivedAtOf(record);
  return {
    ...{ value, partition, offset, receivedAt },
    uuidOf: (withTime: boolean): string => recordUuid({ value }, withTime ? text : undefined),
  };
};
