import type { AgentSession } from '@callstream/domain';
import type { Statement } from '../connection/pipeline.ts';
import { textArray } from './row-text.ts';
import type { SessionChanges } from './session-diff.ts';
import { timestamp, timestampOrNull } from './timestamp.ts';

const arrayOf = (values: readonly (string | number | boolean)[]): string => textArray(values.map(String));

/** Locks of one projection, over which its agents are spread: each transaction takes few of the locks that Postgres has. */
const locks = 256;

/**
 * Lets one transaction at a time derive the sessions of an agent, because events of an agent may be in several partitions.
 * After the events are written, so that the second transaction reads those of the first. In one order, against deadlocks.
 */
export const lockAgents = (actors: readonly string[]): Statement => ({
  name: 'lock-agents',
  text: `
    select pg_advisory_xact_lock(hashtext('callstream ' || current_schema()), lock)
    from (select distinct abs(hashtext(actor) % ${locks}) as lock from unnest($1::text[]) a(actor) order by lock offset 0) l`,
  values: [arrayOf(actors)],
});

/** Reads how often these events have been delivered. */
export const readDeliveries = (uuids: readonly string[]): Statement => ({
  name: 'read-deliveries',
  text: 'select uuid, deliveries from events where uuid = any($1::uuid[])',
  values: [`{${uuids.join()}}`],
});

/** Deletes the sessions with these begins. */
const deleteSessions = (
  keys: readonly Pick<ReturnType<typeof sessionRow>, 'actor' | 'queue' | 'began_at'>[],
): Statement => ({
  name: 'delete-sessions',
  text: `
    delete from agent_sessions s using unnest($1::text[], $2::text[], $3::timestamptz[]) as gone (actor, queue, began_at)
    where s.actor = gone.actor and s.queue = gone.queue and s.began_at = gone.began_at`,
  values: [
    arrayOf(keys.map(({ actor }) => actor)),
    arrayOf(keys.map(({ queue }) => queue)),
    arrayOf(keys.map(({ began_at }) => began_at)),
  ],
});

/** The row of a session; its keys are in the order of the columns. */
export const sessionRow = (actor: string, session: AgentSession) => ({
  actor,
  queue: session.queue,
  state: session.state,
  began_at: timestamp(session.beganAt),
  ended_at: timestampOrNull(session.endedAt),
  end_reason: session.end,
  pause_reason: session.reason,
  of_all_queues: session.isOfAllQueues,
});

/** Writes the new sessions and those that differ, and deletes those that there are no longer. */
export function writeChanges(changes: readonly SessionChanges[]): Statement[] {
  const rows = changes.flatMap(({ actor, written }) => written.map((session) => sessionRow(actor, session)));
  const gone = changes.flatMap(({ actor, queue, deleted }) =>
    deleted.map((beganAt) => ({ actor, queue, began_at: timestamp(beganAt) })),
  );
  return [...(gone.length > 0 ? [deleteSessions(gone)] : []), ...(rows.length > 0 ? [upsertSessions(rows)] : [])];
}

const upsertSessions = (rows: readonly ReturnType<typeof sessionRow>[]): Statement => ({
  name: 'upsert-sessions',
  text: `
    insert into agent_sessions
    select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::boolean[])
    on conflict (actor, queue, began_at) do update set (state, ended_at, end_reason, pause_reason, of_all_queues) =
      row(excluded.state, excluded.ended_at, excluded.end_reason, excluded.pause_reason, excluded.of_all_queues)`,
  values: [
    arrayOf(rows.map((row) => row.actor)),
    arrayOf(rows.map((row) => row.queue)),
    arrayOf(rows.map((row) => row.state)),
    arrayOf(rows.map((row) => row.began_at)),
    textArray(rows.map((row) => row.ended_at)),
    textArray(rows.map((row) => row.end_reason)),
    textArray(rows.map((row) => row.pause_reason)),
    arrayOf(rows.map((row) => row.of_all_queues)),
  ],
});
