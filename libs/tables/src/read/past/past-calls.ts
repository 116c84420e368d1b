import type { FactSet, PastMoment } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { unpackFacts } from '../../facts/unpack-facts.ts';
import { epochMs } from '../positions.ts';
import { eventTimeColumn, lastTimeColumn, momentSql } from './past-reads.ts';
import type { PastReads } from './past-reads.ts';

interface PastCallLimits {
  /** Most calls of one moment. A peak hour with 300 calls at once has about 3,000. */
  readonly calls: number;
  /** Most bytes of their facts. */
  readonly bytes: number;
}
export const pastCallLimits: PastCallLimits = { calls: 20_000, bytes: 64 * 1024 * 1024 };

export interface PastStoredCall {
  readonly callId: string;
  /** Unpacks them, which takes about 10 µs: the caller decides when. */
  readonly unpack: () => FactSet;
}

interface PastCallRow {
  readonly callId: string;
  /** Packed. */
  readonly facts: string;
  readonly bytes: number;
}

/**
 * Reads the calls whose facts decide what the board was at a past moment: those with an event in the time before it in which
 * the board keeps calls, and those that went on without an event. Of all others, the stored rows are as they were then.
 * @returns null if there are more than `limits`
 */
export async function readPastCalls(
  db: Queryable,
  reads: PastReads,
  limits = pastCallLimits,
): Promise<PastStoredCall[] | null> {
  const { at, known, staleAfterMs, keepMs, segmentsMs, finished } = reads;
  // The board may keep ended calls for longer than others.
  const heardMs = finished ? Math.max(staleAfterMs, keepMs) : staleAfterMs;
  const [eventAt, lastAt] = [eventTimeColumn(reads), lastTimeColumn(reads)];
  const [moment, stale] = [momentSql('$1'), `${momentSql('$1')} - $2::float8 * interval '1 ms'`];
  const ago = (parameter: string): string => `${moment} - ${parameter}::float8 * interval '1 ms'`;
  // Received events may be late; their own times are at most five minutes after the reception.
  const bound = known === 'now' ? '' : `and at <= ${moment} + interval '5 min'`;
  const isOpenThen =
    known === 'now' ? `finished_at > ${moment}` : `finished_at > ${stale} or last_event_at <= ${moment}`;
  const began = known === 'now' ? 'began_at' : 'created_at';
  // What is stored of a call that ended and came back after the moment began after it; the events of before were received by then.
  const cameBackLater =
    known === 'now'
      ? `union select call_id from calls
         where created_at >= ${ago('$4')} and created_at <= ${moment} and began_at > ${moment}`
      : '';
  const { rows } = await sqlOf(db).query<PastCallRow>({
    text: `
      with heard as materialized (
        select call_id, max(${eventAt}) as heard_at from events
        where ${eventAt} >= ${stale} and ${eventAt} <= ${moment} ${bound} and call_id is not null
        group by call_id
      ), wanted as (
        -- Without "offset 0", the planner may scan all calls, of all time.
        select h.call_id from heard h cross join lateral (select * from calls where call_id = h.call_id offset 0) c
        where c.${lastAt} > ${moment} or c.finished_at is null or $7 and h.heard_at >= ${ago('$3')}
        union
        -- They never ended, went on, or their end was not known yet. Not those of which only a recording came later, e.g. all
        -- of a day at night.
        select call_id from calls
        where ${began} >= ${ago('$4')} and ${began} <= ${moment}
          and (finished_at is null or ${lastAt} > ${moment} and (${isOpenThen}))
        ${cameBackLater}
      ), sized as (
        select w.call_id, facts, sum(octet_length(facts)) over (rows unbounded preceding)::float8 as bytes
        from wanted w cross join lateral (select * from calls where call_id = w.call_id offset 0) c
      )
      select call_id as "callId", facts, bytes from sized where bytes - octet_length(facts) <= $5 limit $6`,
    values: [at, heardMs, keepMs, segmentsMs, limits.bytes, limits.calls + 1, finished],
  });
  if (rows.length > limits.calls || rows.some(({ bytes }) => bytes > limits.bytes)) return null;
  return rows.map(({ callId, facts }) => ({ callId, unpack: () => unpackFacts(facts) }));
}

/**
 * When callstream received the first event of a call, in ms since 1970, if nothing is known of a moment before it; null if
 * something is, or there is no call. What was imported, or waited in a spool, happened before it was received.
 */
export async function readFirstReceptionAfter(db: Queryable, { at, known }: PastMoment): Promise<number | null> {
  const { rows } = await sqlOf(db).query<{ at: number }>({
    text: `
      select ${epochMs('first.at')} as at from (select min(created_at) as at from calls) first
      where first.at > ${momentSql('$1')}
        ${known === 'now' ? `and not exists (select from calls where began_at <= ${momentSql('$1')})` : ''}`,
    values: [at],
  });
  return rows[0]?.at ?? null;
}
