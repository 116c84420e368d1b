import { presenceKinds } from '@callstream/domain';

/** SQL: a text of a body as the domain decodes it: null if it is too long for its column. */
const textOfBody = (field: string): string =>
  `case when '${field}' = any(e.omitted) then null else case jsonb_typeof(e.body -> '${field}') when 'string' then nullif(e.body ->> '${field}', '') when 'number' then e.body ->> '${field}' end end`;

export const isPresence = (row: string): string =>
  `${row}.kind in (${presenceKinds.map((kind) => `'${kind}'`).join(', ')}) and ${row}.actor is not null`;

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
