import type { CallEvent } from './event.ts';
import { greatest, greatestChoice, nilUuid } from './order.ts';
import type { Latest } from './call.ts';

/** What is known of an agent in one queue, on calls and off them. Times are ms since 1970, null if not known. */
export interface Agent {
  readonly actor: string;
  /** '' if the event named none. */
  readonly queue: string;
  readonly loggedInAt: number | null;
  readonly loggedOutAt: number | null;
  readonly pausedAt: number | null;
  readonly unpausedAt: number | null;
  readonly lastSeenAt: number;
  /** The extension. */
  readonly number: Latest;
}

const noNumber: Latest = { tier: -1, at: -Infinity, rank: -1, uuid: nilUuid, value: null };

/** What this event says of an agent; null if it is no agent's. */
export function agentOf(event: CallEvent): Agent | null {
  const { kind, at, rank, uuid, actor, number } = event;
  if (actor === null || !kind.startsWith('actor.')) return null;
  return {
    actor,
    queue: event.queue ?? '',
    loggedInAt: kind === 'actor.logged-in' ? at : null,
    loggedOutAt: kind === 'actor.logged-out' ? at : null,
    pausedAt: kind === 'actor.paused' ? at : null,
    unpausedAt: kind === 'actor.unpaused' ? at : null,
    lastSeenAt: at,
    number: number === null ? noNumber : { tier: 0, at, rank, uuid, value: number },
  };
}

/** Everything that `a` and `b` know about one agent in one queue. Commutative, associative, idempotent. */
export const joinAgents = (a: Agent, b: Agent): Agent => ({
  actor: a.actor,
  queue: a.queue,
  loggedInAt: greatest(a.loggedInAt, b.loggedInAt),
  loggedOutAt: greatest(a.loggedOutAt, b.loggedOutAt),
  pausedAt: greatest(a.pausedAt, b.pausedAt),
  unpausedAt: greatest(a.unpausedAt, b.unpausedAt),
  lastSeenAt: Math.max(a.lastSeenAt, b.lastSeenAt),
  number: greatestChoice(a.number, b.number),
});

/** Identity of an agent's row: who, in which queue. No text of an event has NUL. */
export const agentKey = ({ actor, queue }: Pick<Agent, 'actor' | 'queue'>): string => `${actor}\0${queue}`;

/** The agents of `events`, in any order and with repeats, by `agentKey`. */
export function foldAgents(events: Iterable<CallEvent>): Map<string, Agent> {
  const agents = new Map<string, Agent>();
  for (const event of events) {
    const said = agentOf(event);
    if (!said) continue;
    const key = agentKey(said);
    const known = agents.get(key);
    agents.set(key, known ? joinAgents(known, said) : said);
  }
  return agents;
}
