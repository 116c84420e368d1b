import type { AgentSession, PresenceFact, SessionEnd, SessionState } from '@callstream/domain';
import type { Statement, StatementResult } from '../connection/pipeline.ts';
import { epochMs } from '../read/positions.ts';
import { isPresence, isStatedByRow, presenceFacts, statesSeveral } from './presence-facts.ts';
import type { PageRequest, PresencePage } from './replay.ts';
import { textArray } from './row-text.ts';
import { timestamp } from './timestamp.ts';

/** SQL: the order in which the domain plays presence facts. */
export const orderOfPlay = `at, id, kind = 'actor.paused', part`;

/** Two statements, whose results {@link pagesOf} decodes. */
export const readPages = (requests: readonly PageRequest[]): [Statement, Statement] => {
  const agents = [textArray(requests.map(({ actor }) => actor)), textArray(requests.map(({ queue }) => queue))];
  const limits = `{${requests.map(({ limit }) => limit).join()}}`;
  const times = (time: (request: PageRequest) => number): string =>
    `{${requests.map((request) => timestamp(time(request))).join()}}`;
  const kinds = (kindsOf: (request: PageRequest) => readonly string[]): string =>
    textArray(requests.map((request) => textArray(kindsOf(request))));
  return [
    { name: 'read-sessions', text: sessionPages, values: [...agents, times(({ from }) => from), limits] },
    {
      name: 'read-presence-facts',
      text: factPages,
      values: [
        ...agents,
        times(({ factsFrom }) => factsFrom),
        limits,
        kinds((request) => request.kinds),
        kinds((request) => request.generalKinds),
      ],
    },
  ];
};

/** SQL: each queue of each request. */
const queuesOf = (request: string): string => `
    join agents a on a.actor = ${request}.actor and (${request}.queue is null or a.queue = ${request}.queue)`;

const sessionOfAgent = 'agent_sessions s where s.actor = a.actor and s.queue = a.queue';

/** Scalar subqueries: Postgres would answer `exists` from a hash of all agents. */
const sessionPages = `
    select m.n, a.queue, g.is_before_naming, s.state, ${epochMs('s.began_at')}, ${epochMs('s.ended_at')}, s.end_reason, s.pause_reason,
      s.of_all_queues
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[]) with ordinality as m (actor, queue, since, most, n)
    ${queuesOf('m')}
    cross join lateral (
      select (select true from agents g where g.actor = m.actor and g.queue = '') is not null
        and (select true from agents g where g.actor = m.actor and g.queue <> '' limit 1) is not null
        and (select true from agents g cross join lateral (
            select from agent_sessions s where s.actor = g.actor and s.queue = g.queue and s.began_at < m.since limit 1) s
          where g.actor = m.actor and g.queue <> '' limit 1) is null as is_before_naming) g
    left join lateral (
      (select * from ${sessionOfAgent} and s.began_at < m.since order by s.began_at desc limit 1)
      union all (select * from ${sessionOfAgent} and s.began_at >= m.since order by s.began_at limit m.most)) s on true
    order by m.n, a.queue, s.began_at`;

/** SQL: the first facts of these events, in the order of their times. */
const firstFacts = (events: string, filter = 'true'): string => `
        select * from (${presenceFacts(`(select * from events where at >= m.since and ${isPresence('events')} and ${events})`)}) p
        where p.actor = m.actor and ${filter} order by p.at limit m.most`;

const isWanted = `(coalesce(p.queue, '') = a.queue and p.kind = any(m.kinds::text[])
          or p.queue is null and p.kind = any(m.general_kinds::text[]))`;

/** Of each queue and kind, the events are read in the order of their times: a page costs what it has, not what is skipped. */
const factPages = `
    select m.n, a.queue, coalesce(f.queue, ''), f.kind, ${epochMs('f.at')}, f.id, f.part, f.reason
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::text[], $6::text[]) with ordinality
      as m (actor, queue, since, most, kinds, general_kinds, n)
    ${queuesOf('m')}
    cross join lateral (
      select * from (
        select e.* from (
          select a.queue, unnest(m.kinds::text[]) as kind union all select '', unnest(m.general_kinds::text[]) where a.queue <> '') q
        cross join lateral (${firstFacts(`actor = m.actor and coalesce(queue, '') = q.queue and kind = q.kind and ${isStatedByRow}`)}) e
        union all (${firstFacts(`actor = m.actor and call_id is null and ${statesSeveral}`, isWanted)})
        union all (${firstFacts('call_id is not null and facts is not null', isWanted)})
      ) stated
      order by ${orderOfPlay} limit m.most) f
    order by m.n, a.queue, ${orderOfPlay}`;

type TextRow = readonly (string | null)[];
const msOrNull = (text: string | null | undefined): number | null => (text == null ? null : Number(text));

/** The pages of each request, by the results of {@link readPages}. */
export function pagesOf(count: number, sessions: StatementResult, facts: StatementResult): PresencePage[][] {
  const keyOf = ([n, queue]: TextRow): string => `${n ?? ''} ${queue ?? ''}`;
  const factsOf = Map.groupBy(facts.rows, keyOf);
  const pages = Array.from({ length: count }, (): PresencePage[] => []);
  for (const [key, rows] of Map.groupBy(sessions.rows, keyOf)) {
    const [n, queue, isBeforeNaming] = rows[0] ?? [];
    pages[Number(n) - 1]?.push({
      queue: queue ?? '',
      isBeforeNaming: isBeforeNaming === 't',
      stored: rows.flatMap(sessionsOf),
      facts: (factsOf.get(key) ?? []).map(factOf),
    });
  }
  return pages;
}

/** None, if the row is about a queue without sessions. */
const sessionsOf = ([, queue, , state, beganAt, endedAt, end, reason, isOfAllQueues]: TextRow): AgentSession[] =>
  beganAt == null
    ? []
    : [
        {
          queue: queue ?? '',
          state: state as SessionState,
          beganAt: Number(beganAt),
          endedAt: msOrNull(endedAt),
          end: (end ?? null) as SessionEnd | null,
          reason: reason ?? null,
          isOfAllQueues: isOfAllQueues === 't',
        },
      ];

const factOf = ([, , queue, kind, at, id, part, reason]: TextRow): PresenceFact => ({
  queue: queue ?? '',
  kind: kind as PresenceFact['kind'],
  at: Number(at),
  id: Number(id),
  part: Number(part),
  reason: reason ?? null,
});
