import { delegationKinds, delegatorSourceName } from '@callstream/domain';
import type { DelegationOutcome } from '../../delegation/claims.ts';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import type { Period } from './periods.ts';

export interface CountDelegationsOptions extends Period {
  /** Only calls that are, or were last, in these queues; null: all. */
  readonly queues: readonly string[] | null;
  /** Most calls that are listed. */
  readonly limit: number;
}

export interface CountedDelegations extends Readonly<Record<DelegationOutcome, number>> {
  /** From the reception of the standby; 95 of 100 sent ones took at most so long, in ms. Null if none was sent. */
  readonly latencyMsP95: number | null;
  /** The latest calls that were not sent, the newest first. */
  readonly notSent: readonly {
    readonly callId: string;
    readonly outcome: Exclude<DelegationOutcome, 'sent'>;
    /** ISO 8601. */
    readonly at: string;
  }[];
}

const outcomeBegin = 'delegation.'.length + 1;

/**
 * Counts the events of the delegator in the period, by the index `events_kind`: a call has at most one. Without a delegator it
 * looks at no event. The same types in webhooks do not count.
 */
export async function countDelegations(
  db: Queryable,
  { from, to, queues, limit }: CountDelegationsOptions,
): Promise<CountedDelegations> {
  // No prepared statement: a generic plan for an hour and for a year would suit neither.
  const { rows } = await sqlOf(db).query<CountedDelegations>({
    text: `
      with delegated as (
        select e.call_id, e.at, e.id, substr(e.kind, ${outcomeBegin}) as outcome,
          case when jsonb_typeof(e.body->'latency_ms') = 'number' then (e.body->>'latency_ms')::float8 end as ms
        from events e left join calls c on c.call_id = e.call_id
        where e.kind = any($3::text[]) and e.source = $4::text and e.at >= $1::timestamptz and e.at < $2::timestamptz
          and ($5::text[] is null or c.queue = any($5))
      ), listed as (
        select call_id as "callId", outcome, at from delegated where outcome <> 'sent' order by at desc, id desc limit $6::int
      )
      select count(*) filter (where outcome = 'sent')::int as sent, count(*) filter (where outcome = 'failed')::int as failed,
        count(*) filter (where outcome = 'late')::int as late, count(*) filter (where outcome = 'unknown')::int as unknown,
        percentile_disc(0.95) within group (order by ms) filter (where outcome = 'sent') as "latencyMsP95",
        (select coalesce(json_agg(listed order by at desc), '[]') from listed) as "notSent"
      from delegated`,
    values: [from, to, delegationKinds, delegatorSourceName, queues, limit],
  });
  const [counted] = rows;
  if (!counted) throw new Error('Postgres returned no counts.');
  return counted;
}
