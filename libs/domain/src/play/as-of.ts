import type { Call } from './call.ts';
import type { Fact } from './fact.ts';
import { play } from './play.ts';
import { playedFactsMax } from './union.ts';
import type { FactSet } from './union.ts';

/**
 * What counts as known at a past moment. `now`: every event that had happened by then, by its own time, whenever it was
 * received. `then`: every event that had been received by then.
 */
export const knownFrom = ['now', 'then'] as const;

/** A past moment, and what counts as known of it. */
export interface PastMoment {
  /** ms since 1970: of the events' own clocks with `now`, of ours with `then`. */
  readonly at: number;
  readonly known: (typeof knownFrom)[number];
}

type FactTimes = Pick<Fact, 'at' | 'receivedAt'>;

/** Whether a fact counts at a past moment. */
const isKnownAt = (fact: FactTimes, { at, known }: PastMoment): boolean =>
  (known === 'now' ? fact.at : fact.receivedAt) <= at;

/**
 * Whether a fact had happened by a moment, in ms since 1970, and was received after it. Imported facts are not late: they are
 * received when somebody imports them.
 */
export const isLateAt = (fact: FactTimes & Pick<Fact, 'clock'>, at: number): boolean =>
  fact.clock !== 'imported' && fact.at <= at && fact.receivedAt > at;

/**
 * A call as of a past moment: what {@link play} makes of the facts up to it; null if there is none. With `now` every time is
 * one of the events' own clocks: a delay would show when the events came, not when they happened. With `now`, too, it is known
 * that an imported call went on after the moment; with `then` only what had been received counts.
 * @param facts everything that is known of the call today
 */
export function callAsOf(callId: string, facts: FactSet, moment: PastMoment): Call | null {
  // A part of a set, in its order, is a set.
  const known = facts.filter((fact) => isKnownAt(fact, moment)) as readonly Fact[] as FactSet;
  if (known.length === 0) return null;
  const later = moment.known === 'now' ? facts.filter((fact) => !isKnownAt(fact, moment)) : [];
  const call = play(callId, known, later);
  // Of a long call some facts are missing, also if the rest is short.
  const isLong = call.isLong || facts.length > playedFactsMax;
  return moment.known === 'now' ? { ...call, isLong, delayMs: 0, heardAt: call.lastEventAt } : { ...call, isLong };
}
