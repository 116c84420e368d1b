import type { PastMoment } from '@callstream/domain';

/** A past moment, and how far before it reads go. */
export interface PastReads extends PastMoment {
  /** Calls without an event for this long are not on the board, in ms: STALE_AFTER_MINUTES. */
  readonly staleAfterMs: number;
  /** Finished calls without an event for this long are not on the board, in ms: BOARD_KEEP_MINUTES. */
  readonly keepMs: number;
  /** Whether finished calls are wanted. Else most of them need not be read: what they were is stored. */
  readonly finished: boolean;
  /** How far back the presence of an agent depends on calls, in ms. */
  readonly segmentsMs: number;
}

/** The column of `events` that says from when on an event counts. */
export const eventTimeColumn = ({ known }: PastMoment): string => (known === 'now' ? 'at' : 'received_at');

/** The column of `calls` with the greatest of these times. */
export const lastTimeColumn = ({ known }: PastMoment): string => (known === 'now' ? 'last_event_at' : 'updated_at');

/** SQL: a parameter with ms since 1970 as a timestamp. */
export const momentSql = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;

/**
 * SQL: whether the first event of a call counts at the moment in `parameter`. By the events' own times, what is read of a
 * call is limited by its own time instead. Not in a form that an index serves: of calls_created, all entries of the time before
 * the moment would be read.
 */
export const hasBegunSql = ({ known }: PastMoment, parameter: string): string =>
  known === 'now' ? 'true' : `c.created_at + interval '0 s' <= ${momentSql(parameter)}`;

/**
 * SQL: the end, exclusive, of the times that count on a day until the moment in `moment`. With `then` as in played calls, whose
 * own times may be up to five minutes after the reception, and as on the live board: until the end of the day in `to`.
 */
export const endOfTimesSql = ({ known }: PastMoment, moment: string, to: string): string =>
  known === 'now'
    ? `${momentSql(moment)} + interval '1 ms'`
    : `least(${momentSql(moment)} + interval '5 min 1 ms', ${to}::timestamptz)`;
