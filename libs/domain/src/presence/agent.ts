import type { Segment } from '../play/call.ts';

/** Time and position in the log of an event. Of two events of the same time, the later in the log counts. */
export interface EventStamp {
  /** ms since 1970. */
  readonly at: number;
  /** Event id. */
  readonly id: number;
}

/**
 * Of one agent in one queue: the latest log-in, log-out, pause and unpause. Of several events of one kind and time, the first
 * in the log.
 */
export interface PresenceEvents {
  readonly actor: string;
  /** '' if the events named no queue: then they are about all queues of the agent. */
  readonly queue: string;
  readonly loggedIn: EventStamp | null;
  readonly loggedOut: EventStamp | null;
  readonly paused: EventStamp | null;
  readonly unpaused: EventStamp | null;
  /** Time of the last of the agent's events in this queue, in ms since 1970 by our clock. */
  readonly heardAt: number;
  /** Lower bound of how far the sender's clock is behind ours, in ms. */
  readonly delayMs: number;
}

/** A segment, with those fields of its call that decide whether it is still open. */
export interface AgentSegment extends Segment {
  readonly callId: string;
  /** `Call.delayMs`. */
  readonly delayMs: number;
  /** `Call.heardAt`. */
  readonly heardAt: number;
}

/** Settings from which presence is derived. */
export interface PresenceRules {
  readonly staleAfterMs: number;
  readonly ringMsMax: number;
  /** After so long without an event of the agent, the presence is not known; 0: it never expires. */
  readonly presenceStaleMs: number;
  /** How long an agent is in wrap-up after a call; 0: there is no wrap-up. */
  readonly wrapUpMs: number;
  /** Whether an agent may be on several calls at once. */
  readonly takeSeveralCalls: boolean;
}

/**
 * In order of precedence over queues: an agent has the first of these that the agent has in any queue. (In one queue, a log-out or
 * a pause comes before `wrap_up` and `available`.) `not_known` is in no count.
 */
export const presences = ['on_call', 'ringing', 'not_known', 'wrap_up', 'available', 'paused', 'logged_out'] as const;
export type Presence = (typeof presences)[number];

/** Agents by presence, of which there are none. */
export const noPresenceCounts: Readonly<Record<Presence, number>> = {
  on_call: 0,
  ringing: 0,
  not_known: 0,
  wrap_up: 0,
  available: 0,
  paused: 0,
  logged_out: 0,
};

/** A presence, and since when, in ms since 1970 by our clock. */
export interface PresenceNow {
  readonly presence: Presence;
  readonly since: number;
  /** Only of `wrap_up`: when it becomes `available` without an event, in ms since 1970 by our clock. */
  readonly until?: number;
}
