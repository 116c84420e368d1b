import type { Presence, Thresholds, VisitCounts } from '@callstream/domain';
import { countLiveCalls, countVisits, readAgents, readBusyAgents, readPeriod } from '@callstream/tables';
import type { BusyAgent, LiveQueue, Period, Queryable } from '@callstream/tables';
import { floorOf } from './floor-of.ts';

/** How things are counted. */
export interface Rules extends Thresholds {
  /** IANA name: whose days are meant. */
  readonly timeZone: string;
  /** An unfinished call of which nothing is heard for so long, in ms, is in no count. */
  readonly staleAfterMs: number;
}

/** How long somebody who has logged out is still listed, in ms. */
const listedForMs = 24 * 3_600_000;

/** A queue now, and today so far. */
export interface QueueState extends LiveQueue {
  readonly presences: Readonly<Record<Presence, number>>;
  readonly today: VisitCounts;
  /** As it crosses the wire: the same for all who may see the queue. */
  readonly json: string;
}

/** An agent in one queue. */
export interface SeatState {
  readonly queue: string;
  readonly presence: Presence;
  /** ms since 1970. Not of who is available: they are since their latest event, in whichever queue that may be seen. */
  readonly since: number;
  readonly lastSeenAt: number;
  readonly number: string | null;
}

export interface AgentState {
  readonly actor: string;
  /** By queue. */
  readonly seats: readonly SeatState[];
  readonly calls: readonly Pick<BusyAgent, 'callId' | 'queue'>[];
}

/** The call centre as the tables know it at one moment: what all that supervisors see is made of, whatever they may see. */
export interface Floor {
  readonly rules: Rules;
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
export async function readFloor(db: Queryable, rules: Rules, now: number): Promise<Floor> {
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const today = await readPeriod(db, { now, timeZone });
  const counted = { ...today, queues: null, serviceLevelMs, shortAbandonMs, interval: null, timeZone };
  return floorOf({
    ...{ rules, asOf: now, today },
    live: await countLiveCalls(db, now - staleAfterMs),
    busy: await readBusyAgents(db, now - staleAfterMs),
    agents: await readAgents(db, now - listedForMs),
    visits: await countVisits(db, counted),
  });
}
