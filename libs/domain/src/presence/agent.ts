import type { Segment } from '../play/call.ts';

/** When something was said of an agent: of two words of one moment, the later in the log holds. */
export interface EventStamp {
  /** ms since 1970. */
  readonly at: number;
  /** Event id. */
  readonly id: number;
}

/**
 * What an agent's events without a call said of one queue, each kind at its latest time. Of several events of that time,
 * the first in the log.
 */
export interface PresenceEvents {
  readonly actor: string;
  /** '' if the events named none: then they speak of all queues of the agent. */
  readonly queue: string;
  readonly loggedIn: EventStamp | null;
  readonly loggedOut: EventStamp | null;
  readonly paused: EventStamp | null;
  readonly unpaused: EventStamp | null;
  /** When anything was heard of the agent in this queue, in ms since 1970 by our clock. */
  readonly heardAt: number;
  /** By how much the sender's clock is behind ours, at least, in ms. */
  readonly delayMs: number;
}

/** A segment of a call, with what of the call decides whether it still counts: the end of a call ends its segments. */
export interface AgentSegment extends Segment {
  readonly callId: string;
  /** Of the call, in ms. */
  readonly delayMs: number;
  /** Of the call, in ms since 1970 by our clock. */
  readonly heardAt: number;
}

/** By which settings presence is judged; in ms but for the last. */
export interface PresenceRules {
  readonly staleAfterMs: number;
  readonly ringMsMax: number;
  /** Without any word of the agent for so long, nothing is known; 0: never so. */
  readonly presenceStaleMs: number;
  /** Whether an agent may be on several calls at once. */
  readonly takeSeveralCalls: boolean;
}

/**
 * What an agent does over all queues is the first of these that the agent does in one of them. In one queue, of what holds
 * at the same time, logging out and pausing come before being available. `not_known`: in no count.
 */
export const presences = ['on_call', 'ringing', 'not_known', 'available', 'paused', 'logged_out'] as const;
export type Presence = (typeof presences)[number];

/** What somebody does, and since when, in ms since 1970 by our clock. */
export interface PresenceNow {
  readonly presence: Presence;
  readonly since: number;
}
