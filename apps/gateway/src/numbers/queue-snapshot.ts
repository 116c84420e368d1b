import type { Presence, PresenceRules, Thresholds, VisitCounts } from '@callstream/domain';
import { countLiveCalls, countVisits, readAgentMarks, readAgentSegments, readPeriod } from '@callstream/tables';
import type { LiveQueue, Period, Queryable } from '@callstream/tables';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';

/** How things are counted. */
export interface CountingRules extends Thresholds, PresenceRules {
  /** IANA name: whose days are meant. */
  readonly timeZone: string;
}

/** How long somebody who has logged out, or of whom nothing is known, is still listed, in ms. */
export const listedForMs = 24 * 3_600_000;
/** So much further back times are read, in ms: clocks of senders may be behind. */
const clockSkewMs = 14 * 3_600_000;

/** A queue now, and today so far. */
export interface QueueState extends LiveQueue {
  readonly presences: Readonly<Record<Presence, number>>;
  readonly today: VisitCounts;
  /** As it crosses the wire: the same for all who may see the queue. Made when it is first asked for. */
  readonly json: () => string;
}

/** An agent in one queue. */
export interface QueuePresence {
  readonly queue: string;
  readonly presence: Presence;
  /** ms since 1970. */
  readonly since: number;
}

export interface AgentState {
  readonly actor: string;
  /** The extension. */
  readonly number: string | null;
  /** By queue. */
  readonly seats: readonly QueuePresence[];
  /** Calls that they are on, or that ring. */
  readonly calls: readonly { readonly callId: string; readonly queue: string }[];
}

/** The call centre as the tables know it at one moment: what all that supervisors see is made of, whatever they may see. */
export interface QueueSnapshot {
  readonly rules: CountingRules;
  /** When the tables were read, in ms since 1970. */
  readonly asOf: number;
  readonly today: Period;
  /** By name, in the order of names. */
  readonly queues: ReadonlyMap<string, QueueState>;
  /** By actor. */
  readonly agents: readonly AgentState[];
  /** Where the agents of a queue stand in `agents`, in that order. */
  readonly agentsIn: ReadonlyMap<string, readonly number[]>;
}

/**
 * One query after the other: they are one connection's.
 * @param now ms since 1970
 */
export async function readQueueSnapshot(db: Queryable, rules: CountingRules, now: number): Promise<QueueSnapshot> {
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const today = await readPeriod(db, { now, timeZone });
  const counted = { ...today, queues: null, serviceLevelMs, shortAbandonMs, interval: null, timeZone };
  return buildQueueSnapshot({
    ...{ rules, asOf: now, today },
    live: await countLiveCalls(db, now - staleAfterMs),
    segments: await readAgentSegments(db, now - listedForMs - clockSkewMs),
    marks: await readAgentMarks(db, now - listedForMs),
    visits: await countVisits(db, counted),
  });
}
