// Live numbers counted from the events of the log, apart from the domain and SQL: see recount.ts.

import { factOf } from '../ingest/raw-event.ts';
import type { RawEvent, RecountFact } from '../ingest/raw-event.ts';
import { callsOf, delayOf, directionOf, replay } from './replay.ts';

interface RecountedLive {
  waiting: number;
  talking: number;
}

export interface LiveCount extends RecountedLive {
  longest_waiting_since: number | null;
  /** Not of callers, and in none of the counts above. */
  outbound: RecountedLive;
  internal: RecountedLive;
  /** Agents on one of these calls. */
  agents_on_call: number;
}

const noLiveCalls = (): RecountedLive => ({ waiting: 0, talking: 0 });

/** Live counts over all queues at the end of the log, of calls with an event since `since` (ms since 1970, by our clock). */
export function recountLive(events: readonly RawEvent[], since: number): LiveCount {
  let longest = Infinity;
  const live = { inbound: noLiveCalls(), outbound: noLiveCalls(), internal: noLiveCalls() };
  const agents = new Set<string>();
  for (const facts of callsOf(events)) {
    const delay = delayOf(facts);
    if (Math.max(...facts.map(({ at }) => at)) + delay < since) continue;
    const call = replay(facts);
    for (const agent of call.agents.keys()) agents.add(agent);
    const direction = directionOf(facts);
    if (call.state === 'talking') live[direction].talking++;
    if (call.state !== 'waiting') continue;
    live[direction].waiting++;
    if (direction === 'inbound') longest = Math.min(longest, (call.visits.at(-1)?.began ?? Infinity) + delay);
  }
  const { inbound, outbound, internal } = live;
  const longest_waiting_since = longest === Infinity ? null : longest;
  return { ...inbound, outbound, internal, longest_waiting_since, agents_on_call: agents.size };
}

interface RecountWrapUpOptions {
  readonly now: number;
  readonly wrapUpMs: number;
}

/** Agents in wrap-up, by name, and until when: after their last call, unless an event of theirs came since. */
export function recountWrapUp(
  events: readonly RawEvent[],
  { now, wrapUpMs }: RecountWrapUpOptions,
): Record<string, number> {
  const calls = callsOf(events);
  const presence = Map.groupBy(
    events.map(factOf).filter(({ type }) => /^actor\.(logged-in|logged-out|paused|unpaused)$/.test(type)),
    ({ actor }) => actor ?? '',
  );
  const lastLeft = new Map<string, { at: number; own: number }>();
  const busy = new Set<string>();
  for (const facts of calls) {
    const { agents, left } = replay(facts);
    const delay = delayOf(facts);
    for (const agent of [...agents.keys(), ...ringingAgents(facts)]) busy.add(agent);
    for (const [agent, own] of left)
      if (own + delay > (lastLeft.get(agent)?.at ?? 0)) lastLeft.set(agent, { at: own + delay, own });
  }
  const inWrapUp = [...lastLeft].filter(([agent, { at, own }]) => {
    const latest = (presence.get(agent) ?? []).toSorted((a, b) => b.at - a.at)[0];
    const isOff = latest && (latest.at > own || /\.(paused|logged-out)$/.test(latest.type));
    return !busy.has(agent) && !isOff && at + wrapUpMs > now;
  });
  return Object.fromEntries(inWrapUp.map(([agent, { at }]) => [agent, at + wrapUpMs]));
}

/** Agents whose last event on the call is a ring, of a call that nobody answered since. */
function ringingAgents(facts: readonly RecountFact[]): string[] {
  const rings = facts.filter(({ type }) => type === 'actor.ringing');
  const isOver = (ring: RecountFact): boolean =>
    facts.some(
      ({ type, at, actor }) =>
        at >= ring.at &&
        (/^call\.(finished|ongoing|queue-abandon)$|^actor\.entered$/.test(type) ||
          (actor === ring.actor && /^actor\.(noanswer|left)$/.test(type))),
    );
  return rings.flatMap((ring) => (ring.actor === null || isOver(ring) ? [] : [ring.actor]));
}
