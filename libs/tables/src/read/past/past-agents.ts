import { presenceKinds } from '@callstream/domain';
import { sqlOf } from '../../connection/tables.ts';
import type { Queryable } from '../../connection/tables.ts';
import { presenceFacts } from '../../write/presence-facts.ts';
import { agentsOfFacts } from '../../write/write-agents.ts';
import { mark } from '../numbers/live-state.ts';
import type { AgentRow } from '../numbers/live-state.ts';
import { epochMs } from '../positions.ts';
import { momentSql } from './past-reads.ts';
import type { PastReads } from './past-reads.ts';

/**
 * Presence events are read from this much before the moment on, in ms. Of older ones, only those count that are still the
 * latest of their kind today.
 */
const presenceEventsMs = 7 * 24 * 3_600_000;

/** SQL: marks of `agents` from before `since`, as facts. Their receptions are unknown, so they say nothing about delays. */
const oldMarks = (since: string): string =>
  ['logged_in', 'logged_out', 'paused', 'unpaused']
    .map(
      (name, i) => `
    select ${name}_id as id, ${name}_at as at, 'none' as clock, ${name}_at as received_at, '${presenceKinds[i] ?? ''}' as kind,
      actor, nullif(queue, '') as queue, case when number_at <= ${since} then number end as number, null as reason, 1::bigint as part
    from agents where ${name}_at <= ${since}`,
    )
    .join(' union all ');

/**
 * The marks of every agent as of a past moment whose last event is not older than `heardSince` (ms since 1970) or who was
 * logged in; ordered by actor and queue. With `now`, without delays of clocks.
 */
export async function readPastAgentMarks(db: Queryable, reads: PastReads, heardSince: number): Promise<AgentRow[]> {
  const moment = momentSql('$1');
  const since = momentSql('$2');
  const isNow = reads.known === 'now';
  const events = `events where kind in (${presenceKinds.map((kind) => `'${kind}'`).join(', ')})
    and at > ${since} and at <= ${moment} ${isNow ? '' : `+ interval '5 min' and received_at <= ${moment}`}`;
  const lastAt = 'greatest(logged_in_at, logged_out_at, paused_at, unpaused_at)';
  const heardAt = isNow ? lastAt : 'heard_at';
  const { rows } = await sqlOf(db).query<AgentRow>({
    text: `
      select actor, queue, number, ${mark('logged_in')} as "loggedIn", ${mark('logged_out')} as "loggedOut",
        ${mark('paused')} as paused, ${mark('unpaused')} as unpaused, ${epochMs(heardAt)} as "heardAt",
        ${isNow ? '0::float8' : 'delay_ms'} as "delayMs"
      from (${agentsOfFacts(`${presenceFacts(events)} union all ${oldMarks(since)}`)}) past
      where ${heardAt} >= ${momentSql('$3')}
        or logged_out_at is null or (logged_in_at, logged_in_id) > (logged_out_at, logged_out_id)
      order by actor, queue`,
    values: [reads.at, reads.at - presenceEventsMs, heardSince],
  });
  return rows;
}
