import type { AgentStats } from '@callstream/contracts';

type Agent = AgentStats['agents'][number];

/** How long an agent was logged in and paused in a period, and the occupancy. */
type AgentTimes = Pick<Agent, 'logged_in_ms' | 'paused_ms' | 'occupancy'>;

/**
 * The times of agents in a period. Those of two periods can be added: of a session or call over the border, each has
 * its part.
 */
export interface TimesOfAgents {
  readonly byActor: ReadonlyMap<string, AgentTimes>;
  /** Whether an agent who is missing was not logged in; else that is not known. */
  readonly isComplete: boolean;
}

const notLoggedIn: AgentTimes = { logged_in_ms: 0, paused_ms: 0, occupancy: null };
const notKnown: AgentTimes = { logged_in_ms: null, paused_ms: null, occupancy: null };

/** The times in an empty period. */
export const noTimes: TimesOfAgents = { byActor: new Map(), isComplete: true };

export const timesOfAgents = ({ agents, more, occupancy_days_max }: AgentStats): TimesOfAgents => ({
  byActor: new Map(
    agents.map(({ actor, logged_in_ms, paused_ms, occupancy }) => [actor, { logged_in_ms, paused_ms, occupancy }]),
  ),
  isComplete: more === undefined && occupancy_days_max === undefined,
});

/** The times in two periods. What is not known of one of them is not known of both. */
export function addTimesOfAgents(a: TimesOfAgents, b: TimesOfAgents): TimesOfAgents {
  const actors = new Set([...a.byActor.keys(), ...b.byActor.keys()]);
  return {
    byActor: new Map([...actors].map((actor) => [actor, addTimes(timesOf(a, actor), timesOf(b, actor))])),
    isComplete: a.isComplete && b.isComplete,
  };
}

const timesOf = ({ byActor, isComplete }: TimesOfAgents, actor: string): AgentTimes =>
  byActor.get(actor) ?? (isComplete ? notLoggedIn : notKnown);

function addTimes(a: AgentTimes, b: AgentTimes): AgentTimes {
  if (a.logged_in_ms === null || b.logged_in_ms === null) return notKnown;
  const logged_in_ms = a.logged_in_ms + b.logged_in_ms;
  const paused_ms = (a.paused_ms ?? 0) + (b.paused_ms ?? 0);
  const readyMs = logged_in_ms - paused_ms;
  return { logged_in_ms, paused_ms, occupancy: readyMs === 0 ? null : (handlingMs(a) + handlingMs(b)) / readyMs };
}

/** Whole ms, as they were before they became a ratio: sums of many parts do not drift. */
const handlingMs = ({ logged_in_ms, paused_ms, occupancy }: AgentTimes): number =>
  Math.round((occupancy ?? 0) * ((logged_in_ms ?? 0) - (paused_ms ?? 0)));

const noCalls = { calls: 0, on_call_ms: 0, on_call_ms_mean: null, on_call_ms_max: 0 };

/** The agents of an answer with these times instead of its own, and those who were logged in without a call. */
export function withTimes({ agents, more }: AgentStats, times: TimesOfAgents): readonly Agent[] {
  const listed = new Set(agents.map(({ actor }) => actor));
  // Of a list that is cut, others may have calls.
  const others = more ? [] : [...times.byActor].filter(([actor]) => !listed.has(actor));
  return [
    ...agents.map((agent) => ({ ...agent, ...timesOf(times, agent.actor) })),
    ...others.map(([actor, counted]) => ({ actor, ...noCalls, ...counted })),
  ];
}

export type CountedPart = Pick<AgentStats, 'from' | 'to'>;

const dayMs = 86_400_000;

/** The parts of a period, of at most `daysMax` × 24 hours: a calendar day on which summer time ends has 25. */
export function partsOfPeriod({ from, to }: CountedPart, daysMax: number): readonly CountedPart[] {
  const [begin, end, partMs] = [Date.parse(from), Date.parse(to), daysMax * dayMs];
  return Array.from({ length: Math.ceil((end - begin) / partMs) }, (_, i) => ({
    from: new Date(begin + i * partMs).toISOString(),
    to: new Date(Math.min(end, begin + (i + 1) * partMs)).toISOString(),
  }));
}
