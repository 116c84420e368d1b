import type { presenceKinds } from '../kinds.ts';

type PresenceKind = (typeof presenceKinds)[number];

/** One statement about the presence of an agent. */
export interface PresenceFact {
  readonly kind: PresenceKind;
  /** '' if it names none: then it is about all queues of the agent. */
  readonly queue: string;
  /** Time of its event in ms since 1970. */
  readonly at: number;
  /** Event id of the first delivery. */
  readonly id: number;
  /** Its number among the facts of its event. */
  readonly part: number;
  /** Why the agent pauses, as sent; null if no reason was sent. */
  readonly reason: string | null;
}

/** `logged_in`: and not paused, on a call or not. */
export const sessionStates = ['logged_in', 'paused', 'logged_out'] as const;
export type SessionState = (typeof sessionStates)[number];

/**
 * What ended a stay: the event after it. `logged_in` after `logged_in`: the log-out is missing. `queue_named`: the agent's events
 * named a queue for the first time, so the stay in no queue goes on in that queue.
 */
export const sessionEnds = ['logged_in', 'unpaused', 'paused', 'logged_out', 'queue_named'] as const;
export type SessionEnd = (typeof sessionEnds)[number];

/** An agent session: a stay of an agent in a state, in one queue. Times are in ms since 1970. */
export interface AgentSession {
  /** '' if no event of the agent has named a queue so far. */
  readonly queue: string;
  readonly state: SessionState;
  readonly beganAt: number;
  /** null while it goes on. */
  readonly endedAt: number | null;
  /** null while it goes on. */
  readonly end: SessionEnd | null;
  /** Only of `paused`; null if no reason was sent. */
  readonly reason: string | null;
  /** Whether the event that began it named no queue: a log-out without a queue is undone by events without one. */
  readonly isOfAllQueues: boolean;
}
