import type { OutcomeCounts, Thresholds, VisitCounts } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { completedOutcomes } from '../numbers/count-calls.ts';
import type { FoundOutcomes } from '../numbers/count-calls.ts';
import { visitCountColumns } from '../numbers/count-visits-sql.ts';
import type { Period } from '../numbers/periods.ts';
import { endOfTimesSql, hasBegunSql, momentSql } from './past-reads.ts';
import type { PastReads } from './past-reads.ts';

/** `from` and `to`: of the day of the moment. */
export interface CountPastOptions extends Period {
  /** call_ids of the calls that are counted already. */
  readonly played: readonly string[];
}

export interface PastQueueVisits extends VisitCounts {
  /** '' if the event named none. */
  readonly queue: string;
}

export interface PastQueueCalls {
  /** '' for calls without a known queue. */
  readonly queue: string;
  readonly counts: OutcomeCounts;
}

/** As `countVisits`: the visits of a day until a past moment by queue, without those of played calls. */
export async function countPastVisits(
  db: Queryable,
  reads: PastReads,
  { from, to, played, serviceLevelMs, shortAbandonMs }: CountPastOptions & Thresholds,
): Promise<PastQueueVisits[]> {
  const { rows } = await sqlOf(db).query<PastQueueVisits>({
    text: `
      select v.queue, ${visitCountColumns('$4', '$5')}
      from visits v ${reads.known === 'now' ? '' : 'cross join lateral (select created_at from calls where call_id = v.call_id offset 0) c'}
      where v.waiting_at >= $1::timestamptz and v.waiting_at < ${endOfTimesSql(reads, '$2', '$6')} and ${hasBegunSql(reads, '$2')}
        and v.direction is distinct from 'outbound' and v.direction is distinct from 'internal'
        and v.call_id <> all($3::text[])
      group by v.queue`,
    values: [from, reads.at, played, serviceLevelMs, shortAbandonMs, ...(reads.known === 'then' ? [to] : [])],
  });
  return rows;
}

/** As `countCalls`: the calls that began on a day until a past moment by queue and outcome, without played ones. */
export async function countPastCalls(
  db: Queryable,
  reads: PastReads,
  { from, to, played }: CountPastOptions,
): Promise<PastQueueCalls[]> {
  const { rows } = await sqlOf(db).query<{ queue: string; counts: FoundOutcomes }>({
    text: `
      with found as (
        select o.queue, o.direction, o.outcome, count(*)::int as calls
        from call_outcomes($1, ${endOfTimesSql(reads, '$2', '$5')}, ${momentSql('$2')}, $4::float8 * interval '1 ms') o
        where o.call_id <> all($3::text[])
          ${reads.known === 'now' ? '' : `and exists (select from calls c where c.call_id = o.call_id and ${hasBegunSql(reads, '$2')})`}
        group by 1, 2, 3
      ), by_direction as (
        select queue, direction, json_object_agg(outcome, calls) as counts from found group by 1, 2
      )
      select queue, json_object_agg(direction, counts) as counts from by_direction group by 1`,
    values: [from, reads.at, played, reads.staleAfterMs, ...(reads.known === 'then' ? [to] : [])],
  });
  return rows.map(({ queue, counts }) => ({ queue, counts: completedOutcomes(counts) }));
}
