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

const binMinutes = 5;
const binOf = (at: string): string => `date_bin(interval '${binMinutes} min', ${at}, timestamptz 'epoch')`;

interface PastSegmentRow extends AgentSegmentRow {
  /** Whether the first event of its call counts at the moment. */
  readonly hasBegun: boolean;
}

/**
 * As `readAgentSegments`, as of a past moment: the segments that decide agent presence, without those of played calls. Of all
 * other calls, what had ended by then is as stored. That calls had begun is first checked of the segments that decide only, as
 * late calls are rare: if there is one among them, others may decide in its place.
 */
export async function readPastSegments(
  db: Queryable,
  reads: PastReads,
  options: ReadPastSegmentsOptions,
): Promise<AgentSegmentRow[]> {
  const rows = await readSegments(db, reads, { ...options, ofBegunCalls: false });
  return rows.every(({ hasBegun }) => hasBegun) ? rows : readSegments(db, reads, { ...options, ofBegunCalls: true });
}

async function readSegments(
  db: Queryable,
  reads: PastReads,
  { played, marks, ofBegunCalls }: ReadPastSegmentsOptions & { readonly ofBegunCalls: boolean },
): Promise<PastSegmentRow[]> {
  const { at, known, segmentsMs } = reads;
  const unpaused = marks.flatMap(({ actor, unpaused: stamp }) => (stamp ? [{ actor, at: stamp.at }] : []));
  const [moment, since] = [momentSql('$1'), momentSql('$2')];
  const isNow = known === 'now';
  const { rows } = await sqlOf(db).query<PastSegmentRow>({
    text: `
      with ended as materialized (
        select call_id, n, actor, coalesce(queue, '') as in_queue, ended_at, greatest(rang_last_at, entered_last_at, ended_at) as last_event_at,
          case when entered_at is not null then entered_last_at end as talked_at,
          case when entered_at is not null or end_reason = 'left' then ended_at end as left_at
        from segments s
        where ended_at >= ${since} and ended_at <= ${moment} and call_id <> all($3::text[])
          ${ofBegunCalls ? `and exists (select from calls c where c.call_id = s.call_id and ${hasBegunSql(reads, '$1')})` : ''}
      ), latest as materialized (
        select actor, in_queue, max(last_event_at) as last_event_at, max(talked_at) as talked_at, max(left_at) as left_at
        from ended group by actor, in_queue
      ), unpaused as materialized (
        -- A segment that an unpause may belong to ended at most five minutes before it: in one of two bins.
        select actor, ${binOf('t')} as bin from unnest($4::text[], $5::float8[]) as u (actor, at),
          lateral (values (to_timestamp(at / 1000)), (to_timestamp(at / 1000) - interval '${binMinutes} min')) times (t)
      ), wanted as (
        -- Each alternative is a search in a hash. A join may become a nested loop, where the planner expects few segments.
        select e.call_id, e.n from ended e
        where (e.actor, e.in_queue, e.last_event_at) in (select actor, in_queue, last_event_at from latest)
          or (e.actor, e.in_queue, e.talked_at) in (select actor, in_queue, talked_at from latest)
          or (e.actor, e.in_queue, e.left_at) in (select actor, in_queue, left_at from latest)
          or (e.actor, ${binOf('e.ended_at')}) in (select actor, bin from unpaused)
        union
        select s.call_id, s.n from calls c join segments s using (call_id)
        where c.finished_at is null and c.heard_at >= ${since} and c.${lastTimeColumn(reads)} <= ${moment}
          and s.ended_at is null and c.call_id <> all($3)
      )
      select s.call_id as "callId", s.actor, s.number, s.queue, ${epochMs('s.rang_at')} as "rangAt", ${epochMs('s.rang_last_at')} as "rangLastAt",
        ${epochMs('s.entered_at')} as "enteredAt", ${epochMs('s.entered_last_at')} as "enteredLastAt", ${epochMs('s.ended_at')} as "endedAt",
        s.end_reason as "end", ${isNow ? '0::float8' : 'c.delay_ms'} as "delayMs",
        ${epochMs(`least(${moment}, ${isNow ? 'c.last_event_at' : 'c.heard_at'})`)} as "heardAt", coalesce(c.queue, '') as "callQueue",
        ${hasBegunSql(reads, '$1')} as "hasBegun"
      -- Without "offset 0", the planner may scan all segments, of all time.
      from wanted w
        cross join lateral (select * from segments where call_id = w.call_id and n = w.n offset 0) s
        cross join lateral (select * from calls where call_id = w.call_id offset 0) c
      order by s.actor, s.call_id, s.n`,
    values: [at, at - segmentsMs, played, unpaused.map(({ actor }) => actor), unpaused.map((stamp) => stamp.at)],
  });
  return rows;
}
