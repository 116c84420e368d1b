import type { OutcomeCounts, Presence, PresenceNow, PresenceRules, Thresholds, VisitCounts } from '@callstream/domain';
import type { Raw } from '../access/scope.ts';
import type { LiveQueue, Period } from '@callstream/tables';
import type { NameMaps } from '../names/name-maps.ts';

/** Thresholds, presence rules and time zone of all numbers; from the settings. */
export interface CountingRules extends Thresholds, PresenceRules {
  /** IANA name of the time zone in which a day begins. */
  readonly timeZone: string;
}

/** How long an agent who is logged out or not known stays in the list, in ms. */
export const listedForMs = 24 * 3_600_000;

/** The state of a queue now, and its totals of today. */
export interface QueueState extends LiveQueue {
  readonly name: string | undefined;
  readonly presences: Readonly<Record<Presence, number>>;
  readonly today: VisitCounts;
  /** Calls of today by direction and outcome: those that are in this queue, or were in it last. */
  readonly callsToday: OutcomeCounts;
  /** Its JSON in the protocol, the same for every client. Serialized on first use, then cached. */
  readonly json: () => string;
}

/** The presence of an agent in one queue. */
export interface QueuePresence extends PresenceNow {
  readonly queue: string;
}

/** What an agent does now. */
export interface AgentState {
  readonly actor: string;
  readonly name: string | undefined;
  /** The extension. */
  readonly number: Raw<string> | null;
  /** One for each queue of the agent; '' if no event named one. */
  readonly queues: readonly QueuePresence[];
  /** Calls that the agent is on, or that ring at the agent. */
  readonly calls: readonly { readonly callId: string; readonly queue: string }[];
}

/** All queues and agents at one moment. It is not filtered by scope: the answers of all clients are made from it. */
export interface QueueSnapshot {
  readonly rules: CountingRules;
  /** When the tables were read, in ms since 1970. */
  readonly asOf: number;
  /** When it changes without an event: the first end of a wrap-up, in ms since 1970; Infinity if there is none. */
  readonly changesAt: number;
  readonly today: Period;
  readonly names: NameMaps;
  /** By id, sorted by id. */
  readonly queues: ReadonlyMap<string, QueueState>;
  /** How many agents do what, over all queues: an agent of several queues counts once. */
  readonly presences: Readonly<Record<Presence, number>>;
  /** Sorted by actor. */
  readonly agents: readonly AgentState[];
  /** Indexes into `agents` of the agents of each queue, ascending. */
  readonly agentsByQueue: ReadonlyMap<string, readonly number[]>;
}
