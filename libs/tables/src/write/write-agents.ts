import { importedAfterMs } from '@callstream/domain';
import type { presenceKinds } from '@callstream/domain';
import type { CallEvent } from '@callstream/domain';
import type { Statement } from '../connection/pipeline.ts';
import { presenceFacts } from './presence-facts.ts';

/** The columns of `agents` that each kind sets (`_at` and `_id`). */
export const marks = {
  'actor.logged-in': 'logged_in',
  'actor.logged-out': 'logged_out',
  'actor.paused': 'paused',
  'actor.unpaused': 'unpaused',
} as const satisfies Record<(typeof presenceKinds)[number], string>;
const names = Object.values(marks);

/** A delivery of a presence event. */
export interface PresenceDelivery extends Pick<CallEvent, 'uuid' | 'id' | 'at'> {
  /** The agents and queues ('': all of the agent) that its facts are about. */
  readonly about: readonly { readonly actor: string; readonly queue: string }[];
}

/**
 * Upserts `agents` from these deliveries, ignoring those that are not the first of their event: an event's time is that of
 * its first delivery. The events must be in the table.
 */
export const writeAgents = (deliveries: readonly PresenceDelivery[]): Statement[] =>
  deliveries.length === 0
    ? []
    : [
        {
          name: 'write-agents',
          text: upsertAgentsFrom('events where uuid = any($1::uuid[]) and id = any($2::bigint[])'),
          values: [deliveries.map(({ uuid }) => uuid), deliveries.map(({ id }) => id)].map(
            (column) => `{${column.join()}}`,
          ),
        },
      ];

/** SQL: upserts `agents` from all events, after a fill. */
export const upsertAllAgents = (): string => upsertAgentsFrom('events');

const latestOf = (column: string, filter: string): string =>
  `(array_agg(${column} order by at desc, id, part) filter (where ${filter}))[1]`;

/** A mark: the latest time of its kind, and the first event of that time in the log. */
const markColumns = (kind: string, name: string): string =>
  `max(at) filter (where kind = '${kind}') as ${name}_at, ${latestOf('id', `kind = '${kind}'`)} as ${name}_id`;

/** The later of two marks; at equal times, the one with the lower id. */
const laterMark = (name: string): string => `
    greatest(a.${name}_at, excluded.${name}_at) as ${name}_at,
    case when a.${name}_at = excluded.${name}_at then least(a.${name}_id, excluded.${name}_id)
      when a.${name}_at > excluded.${name}_at or excluded.${name}_at is null then a.${name}_id else excluded.${name}_id end as ${name}_id`;

const isNumberLater = `excluded.number_at > a.number_at or a.number_at is null
      or excluded.number_at = a.number_at and excluded.number_id < a.number_id`;
const columns = [
  ...names.flatMap((name) => [`${name}_at`, `${name}_id`]),
  ...['number', 'number_at', 'number_id', 'updated_at', 'least_delay_ms'],
].join(', ');

/** Computes delay_ms (how far the sender's clock is behind ours) and heard_at (time of the last event) from the columns of `m`. */
const derived = `
  cross join lateral (select
    case when m.least_delay_ms between 0 and ${importedAfterMs} then m.least_delay_ms else 0 end as delay_ms) d
  cross join lateral (select
    least(m.updated_at, greatest(${names.map((name) => `m.${name}_at`).join(', ')}) + d.delay_ms * interval '1 ms') as heard_at) h`;

/** SQL: the rows of `agents` that follow from facts about presence, as {@link presenceFacts} selects them. */
export const agentsOfFacts = (facts: string): string => `
select actor, queue, ${columns}, delay_ms, heard_at
from (
  select actor, coalesce(queue, '') as queue, ${Object.entries(marks)
    .map(([kind, name]) => markColumns(kind, name))
    .join(', ')},
    ${latestOf('number', 'number is not null')} as number, max(at) filter (where number is not null) as number_at,
    ${latestOf('id', 'number is not null')} as number_id, max(received_at) as updated_at,
    min(round(extract(epoch from received_at - at) * 1000)::bigint) filter (where clock is null) as least_delay_ms
  from (${facts}) stated
  group by 1, 2
) m ${derived}`;

/** Ordered by key, so that transactions of two partitions cannot deadlock. */
const upsertAgentsFrom = (events: string): string => `
insert into agents as a (actor, queue, ${columns}, delay_ms, heard_at)
${agentsOfFacts(presenceFacts(events))}
order by actor, queue
on conflict (actor, queue) do update set (${columns}, delay_ms, heard_at) = (
  select ${columns}, delay_ms, heard_at
  from (select ${names.map(laterMark).join(', ')},
    case when ${isNumberLater} then excluded.number else a.number end as number,
    case when ${isNumberLater} then excluded.number_at else a.number_at end as number_at,
    case when ${isNumberLater} then excluded.number_id else a.number_id end as number_id,
    greatest(a.updated_at, excluded.updated_at) as updated_at,
    least(a.least_delay_ms, excluded.least_delay_ms) as least_delay_ms) m ${derived})`;
