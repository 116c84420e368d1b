import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import type { AgentRow, AgentSegmentRow } from '../numbers/live-state.ts';
import { epochMs } from '../positions.ts';
import { hasBegunSql, lastTimeColumn, momentSql } from './past-reads.ts';
import type { PastReads } from './past-reads.ts';

export interface ReadPastSegmentsOptions {
  /** call_ids of the calls whose segments are known already. */
  readonly played: readonly string[];
  /** As of the moment. */
  readonly marks: readonly AgentRow[];
}

/**
 * As `readAgentSegments`, as of a past moment: the segments that decide agent presence, without those of played calls. Of all
 * other calls, what had ended by then is as stored.
 */
export async function readPastSegments(
  db: Queryable,
  reads: PastReads,
  { played, marks }: ReadPastSegmentsOptions,
): Promise<AgentSegmentRow[]> {
  const { at, known, segmentsMs } = reads;
  const unpaused = marks.flatMap(({ actor, unpaused: stamp }) => (stamp ? [{ actor, at: stamp.at }] : []));
  const [moment, since] = [momentSql('$1'), momentSql('$2')];
  const isNow = known === 'now';
  const { rows } = await sqlOf(db).query<AgentSegmentRow>({
    text: `
      with ended as materialized (
        select call_id, n, actor, coalesce(queue, '') as in_queue, ended_at, greatest(rang_last_at, entered_last_at, ended_at) as last_event_at,
          case when entered_at is not null then entered_last_at end as talked_at,
          case when entered_at is not null or end_reason = 'left' then ended_at end as left_at
        from segments s
        where ended_at >= ${since} and ended_at <= ${moment} and call_id <> all($3::text[])
          ${isNow ? '' : `and exists (select from calls c where c.call_id = s.call_id and ${hasBegunSql(reads, '$1')})`}
      ), latest as materialized (
        select actor, in_queue, max(last_event_at) as last_event_at, max(talked_at) as talked_at, max(left_at) as left_at
        from ended group by actor, in_queue
      ), unpaused as materialized (
        select actor, to_timestamp(at / 1000) as at from unnest($4::text[], $5::float8[]) as u (actor, at)
      ), wanted as (
        select e.call_id, e.n from ended e
        where (e.actor, e.in_queue, e.last_event_at) in (select actor, in_queue, last_event_at from latest)
          or (e.actor, e.in_queue, e.talked_at) in (select actor, in_queue, talked_at from latest)
          or (e.actor, e.in_queue, e.left_at) in (select actor, in_queue, left_at from latest)
        union
        select e.call_id, e.n from ended e join unpaused u using (actor)
        where u.at between e.ended_at and e.ended_at + interval '5 minutes'
        union
        select s.call_id, s.n from calls c join segments s using (call_id)
        where c.finished_at is null and c.heard_at >= ${since} and c.${lastTimeColumn(reads)} <= ${moment}
          and s.ended_at is null and c.call_id <> all($3)
      )
      select s.call_id as "callId", s.actor, s.number, s.queue, ${epochMs('s.rang_at')} as "rangAt", ${epochMs('s.rang_last_at')} as "rangLastAt",
        ${epochMs('s.entered_at')} as "enteredAt", ${epochMs('s.entered_last_at')} as "enteredLastAt", ${epochMs('s.ended_at')} as "endedAt",
        s.end_reason as "end", ${isNow ? '0::float8' : 'c.delay_ms'} as "delayMs",
        ${epochMs(`least(${moment}, ${isNow ? 'c.last_event_at' : 'c.heard_at'})`)} as "heardAt", coalesce(c.queue, '') as "callQueue"
      from wanted join segments s using (call_id, n) join calls c using (call_id)
      order by s.actor, s.call_id, s.n`,
    values: [at, at - segmentsMs, played, unpaused.map(({ actor }) => actor), unpaused.map((stamp) => stamp.at)],
  });
  return rows;
}
