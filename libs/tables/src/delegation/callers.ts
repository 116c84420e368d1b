import type { DelegationCaller } from '@callstream/domain';
import { sqlOf } from '../connection/tables.ts';
import type { Queryable } from '../connection/tables.ts';

/** Most earlier calls of a number that are looked at. */
export const earlierCallsMax = 1_000;

/** A call whose caller is looked up. */
export interface CallerLookup {
  readonly callId: string;
  /** Only calls that callstream heard of before this moment count; ms since 1970. */
  readonly before: number;
  /** All spellings of the caller's number; empty: withheld. */
  readonly numbers: readonly string[];
}

/** A call without an end that began longer ago has ended, and callstream did not hear of it. */
const openCallMax = `interval '4 hours'`;

/** What is known of the callers, by call id. By the index `calls_their_number`, which is on reversed numbers. */
export async function readCallers(
  db: Queryable,
  lookups: readonly CallerLookup[],
): Promise<ReadonlyMap<string, DelegationCaller>> {
  const asked = lookups.map(({ callId, before, numbers }) => ({
    call_id: callId,
    before: new Date(before).toISOString(),
    numbers,
  }));
  const { rows } = await sqlOf(db).query<DelegationCaller & { readonly callId: string }>({
    name: 'read-callers',
    text: `
      select asked.call_id as "callId", known.*
      from jsonb_to_recordset($1::jsonb) as asked (call_id text, before timestamptz, numbers text[]), lateral (
        with earlier as (
          select c.call_id, c.queue, c.created_at, c.id, c.finished_at from calls c
          where reverse(c.their_number) = any(array(select reverse(n) from unnest(asked.numbers) n))
            and c.created_at < asked.before and c.call_id <> asked.call_id
          limit ${earlierCallsMax}
        ), latest as (
          select * from earlier order by created_at desc, id desc limit 20
        )
        select (select count(*)::int from earlier) as calls,
          (select queue from earlier where queue is not null order by created_at desc, id desc limit 1) as "lastQueue",
          (select s.actor from latest join segments s using (call_id) where s.entered_at is not null
           order by latest.created_at desc, s.n desc limit 1) as "lastAgent",
          exists (select from latest where created_at > asked.before - ${openCallMax}
            and (finished_at is null or finished_at > asked.before)) as "hasOpenCall"
      ) known`,
    values: [JSON.stringify(asked)],
  });
  return new Map(rows.map(({ callId, ...caller }) => [callId, caller]));
}

/** A longer wait has ended, and callstream did not hear of it. */
const waitMax = `interval '1 hour'`;

/** Callers that wait at a moment (ms since 1970), by queue. */
export async function readWaiting(db: Queryable, at: number): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sqlOf(db).query<{ queue: string; callers: number }>({
    name: 'read-waiting',
    text: `
      select queue, count(*)::int as callers from visits
      where waiting_at <= $1::timestamptz and waiting_at > $1::timestamptz - ${waitMax}
        and (ended_at is null or ended_at > $1::timestamptz)
      group by queue`,
    values: [new Date(at).toISOString()],
  });
  return new Map(rows.map(({ queue, callers }) => [queue, callers]));
}
