import type { Thresholds } from '@callstream/domain';
import { countVisits, readAgents, readLiveCalls, readPeriod } from '@callstream/tables';
import type { AgentFacts, CountedVisits, LiveCallFacts, Period, Tables } from '@callstream/tables';

/** How things are counted. */
export interface Rules extends Thresholds {
  /** IANA name: whose days are meant. */
  readonly timeZone: string;
  /** An unfinished call of which nothing is heard for so long, in ms, is in no count. */
  readonly staleAfterMs: number;
}

/** How long somebody who has logged out is still listed, in ms. */
const listedForMs = 24 * 3_600_000;

/** The call centre as the tables know it at one moment: what the numbers of a supervisor are made of, for every scope. */
export interface Floor {
  readonly rules: Rules;
  /** When the tables were read, in ms since 1970. */
  readonly asOf: number;
  readonly today: Period;
  /** Unfinished and not stale. */
  readonly calls: readonly LiveCallFacts[];
  /** By actor and queue. */
  readonly agents: readonly AgentFacts[];
  /** Visits of today, by queue. */
  readonly visits: readonly CountedVisits[];
}

/** @param now ms since 1970 */
export async function readFloor(db: Tables, rules: Rules, now: number): Promise<Floor> {
  const { timeZone, serviceLevelMs, shortAbandonMs, staleAfterMs } = rules;
  const today = await readPeriod(db, { now, timeZone });
  const counted = { ...today, queues: null, serviceLevelMs, shortAbandonMs, interval: null, timeZone };
  const [calls, agents, visits] = await Promise.all([
    readLiveCalls(db, now - staleAfterMs),
    readAgents(db, now - listedForMs),
    countVisits(db, counted),
  ]);
  return { rules, asOf: now, today, calls, agents, visits };
}
