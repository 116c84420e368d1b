import { presenceKinds } from '@callstream/domain';

/** SQL: a text of a body as the domain decodes it: null if it is too long for its column. */
const textOfBody = (field: string): string =>
  `case when '${field}' = any(e.omitted) then null else case jsonb_typeof(e.body -> '${field}') when 'string' then nullif(e.body ->> '${field}', '') when 'number' then e.body ->> '${field}' end end`;

export const isPresence = (row: string): string =>
  `${row}.kind in (${presenceKinds.map((kind) => `'${kind}'`).join(', ')}) and ${row}.actor is not null`;

/**
 * SQL: whether an event states more than one fact that its row cannot stand for. A log-in stands for the pause that it begins
 * with: where a log-in changes nothing, that pause does not either. In these words it is a part of
 * `events_presence` and `events_presence_several`.
 */
export const statesSeveral = `facts is not null and jsonb_array_length(facts) > 1 and not (
  kind = 'actor.logged-in' and jsonb_array_length(facts) = 2 and facts -> 0 -> 'queue' is not distinct from facts -> 1 -> 'queue')`;

/** SQL: whether the row of a presence event stands for all that the event states about presence. In these words it is a part of `events_presence`. */
export const isStatedByRow = `(facts is null or call_id is null and not (${statesSeveral}))`;

/** SQL: whether a row `e` for which {@link isStatedByRow} is true names the agent's extension. */
export const namesNumber = `case when e.facts is null then ${textOfBody('number')} is not null
  else jsonb_path_exists(e.facts, '$[*] ? (@.number != null)') end`;

/** SQL: the facts about presence of events: a row states its only one itself, or has them all in `facts`. */
export const presenceFacts = (events: string): string => `
  select e.id, e.at, e.clock, e.received_at, f.*
  from (select * from ${events}) e cross join lateral (
    select e.kind, e.actor, e.queue, ${textOfBody('number')} as number, ${textOfBody('reason')} as reason, 1 as part
    where e.facts is null
    union all
    select * from rows from (
      jsonb_to_recordset(e.facts) as (kind text, actor text collate "C", queue text collate "C", number text, reason text)
    ) with ordinality where e.facts is not null) f
  where ${isPresence('e')} and ${isPresence('f')}`;
