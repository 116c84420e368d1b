// Queue numbers counted from the events of the log by the definitions of docs/reference/tables.md. Slow and simple, and
// without code of the domain or SQL, so that it cannot share their mistakes.

import { factOf } from '../ingest/raw-event.ts';
import type { RawEvent, RecountFact } from '../ingest/raw-event.ts';

export interface VisitCount {
  visits: number;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  abandoned_short: number;
  flowed_out: number;
  open: number;
  asa_ms: number | null;
}

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

/** The facts of each call, by time; at the same time, in the order of a call's life. */
function callsOf(events: readonly RawEvent[]): RecountFact[][] {
  const lifeOrder = ['call.new', 'call.standby', 'call.waiting', 'call.overflow', 'actor.entered', 'call.ongoing'];
  const stage = ({ type }: RecountFact): number =>
    lifeOrder.includes(type) ? lifeOrder.indexOf(type) : lifeOrder.length;
  const calls = Map.groupBy(events, ({ callId }) => callId);
  calls.delete(null);
  return [...calls.values()].map((events) => events.map(factOf).toSorted((a, b) => a.at - b.at || stage(a) - stage(b)));
}

interface RecountVisit {
  readonly queue: string;
  readonly began: number;
  outcome: 'answered' | 'abandoned' | 'flowed_out' | 'open';
  ended: number;
}

/** A time of an agent on a call; `ended` null: it goes on. */
interface RecountStay {
  readonly agent: string;
  readonly entered: number;
  ended: number | null;
}

/** State of a call after its last event. */
interface Replay {
  readonly visits: RecountVisit[];
  /** Whether anybody answered. */
  isAnswered: boolean;
  /** Agents on the call, with the queue of each. */
  readonly agents: Map<string, string>;
  /** When each agent left it last. */
  readonly left: Map<string, number>;
  /** Each time of an agent on it. */
  readonly stays: RecountStay[];
  state: 'waiting' | 'talking' | 'other' | 'finished';
}

function replay(facts: readonly RecountFact[]): Replay {
  const call: Replay = { visits: [], isAnswered: false, agents: new Map(), left: new Map(), stays: [], state: 'other' };
  const { visits, agents } = call;
  const leave = (agent: string, at: number): void => {
    if (!agents.delete(agent)) return;
    call.left.set(agent, at);
    const stay = call.stays.findLast((each) => each.agent === agent);
    if (stay) stay.ended = at;
  };
  const open = (): RecountVisit | undefined => visits.findLast(({ outcome }) => outcome === 'open');
  const close = (outcome: RecountVisit['outcome'], ended: number): void => {
    const visit = open();
    if (visit) Object.assign(visit, { outcome, ended });
  };
  for (const { type, at, queue, actor, destination } of facts) {
    if (call.state === 'finished') break;
    const waitsIn = type === 'call.waiting' ? (queue ?? '') : type === 'call.overflow' ? destination : null;
    if (waitsIn !== null) {
      for (const [agent, agentQueue] of agents) if (agentQueue !== waitsIn) leave(agent, at);
      if (agents.size > 0 || open()?.queue === waitsIn) continue;
      close('flowed_out', at);
      const before = visits.at(-1);
      if (before?.outcome === 'abandoned') before.outcome = 'flowed_out';
      visits.push({ queue: waitsIn, began: at, outcome: 'open', ended: at });
      call.state = 'waiting';
    } else if (type === 'actor.entered' || type === 'call.ongoing') {
      if (type === 'actor.entered' && actor !== null) {
        if (!agents.has(actor)) call.stays.push({ agent: actor, entered: at, ended: null });
        agents.set(actor, queue ?? '');
      }
      close('answered', at);
      call.isAnswered = true;
      call.state = 'talking';
    } else if (type === 'actor.left' && actor !== null) leave(actor, at);
    else if (type === 'call.queue-abandon' && open() && (queue ?? open()?.queue) === open()?.queue) {
      close('abandoned', at);
      call.state = agents.size > 0 ? 'talking' : 'other';
    } else if (type === 'call.standby') {
      close('flowed_out', at);
      call.state = 'other';
    } else if (type === 'call.finished') {
      close('abandoned', at);
      for (const agent of [...agents.keys()]) leave(agent, at);
      call.state = 'finished';
    }
  }
  return call;
}

type RecountDirection = 'inbound' | 'outbound' | 'internal';

function directionOf(facts: readonly RecountFact[]): RecountDirection {
  const naming = facts.filter(({ namesNumber }) => namesNumber);
  const direction = (naming.find(({ type }) => type.startsWith('call.')) ?? naming[0])?.direction;
  return direction === 'outbound' || direction === 'internal' ? direction : 'inbound';
}

interface RecountOptions {
  readonly from: number;
  readonly to: number;
  readonly serviceLevelMs: number;
  readonly shortAbandonMs: number;
}

/** The queue visits that began in a period, by queue. */
export function recount(
  events: readonly RawEvent[],
  { from, to, serviceLevelMs, shortAbandonMs }: RecountOptions,
): Map<string, VisitCount> {
  const counts = new Map<string, VisitCount & { sum: number }>();
  for (const facts of callsOf(events)) {
    if (directionOf(facts) !== 'inbound') continue;
    for (const { queue, began, outcome, ended } of replay(facts).visits) {
      if (began < from || began >= to) continue;
      const count = counts.get(queue) ?? { ...noVisits(), sum: 0 };
      counts.set(queue, count);
      count.visits++;
      count[outcome]++;
      if (outcome === 'answered') {
        count.sum += ended - began;
        if (ended - began <= serviceLevelMs) count.answered_in_time++;
      }
      if (outcome === 'abandoned' && ended - began <= shortAbandonMs) count.abandoned_short++;
      count.asa_ms = count.answered === 0 ? null : count.sum / count.answered;
    }
  }
  return new Map([...counts].map(([queue, { sum: _, ...count }]) => [queue, count]));
}

const noVisits = (): VisitCount => ({
  visits: 0,
  answered: 0,
  answered_in_time: 0,
  abandoned: 0,
  abandoned_short: 0,
  flowed_out: 0,
  open: 0,
  asa_ms: null,
});

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

export interface AgentCallCount {
  calls: number;
  on_call_ms: number;
  on_call_ms_max: number;
}

/** The times that agents were on calls, of a period in which they entered them, by agent. */
export function recountAgentCalls(
  events: readonly RawEvent[],
  { from, to }: Pick<RecountOptions, 'from' | 'to'>,
): Record<string, AgentCallCount> {
  const counts: Record<string, AgentCallCount> = {};
  for (const { agent, entered, ended } of callsOf(events).flatMap((facts) => replay(facts).stays)) {
    if (entered < from || entered >= to) continue;
    const count = (counts[agent] ??= { calls: 0, on_call_ms: 0, on_call_ms_max: 0 });
    const ms = ended === null ? 0 : ended - entered;
    count.calls++;
    count.on_call_ms += ms;
    count.on_call_ms_max = Math.max(count.on_call_ms_max, ms);
  }
  return counts;
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

const noLiveCalls = (): RecountedLive => ({ waiting: 0, talking: 0 });

/** Number of calls by direction and outcome; without outcomes that no call has. */
export type CallCount = Partial<Record<RecountDirection, Record<string, number>>>;

interface RecountCallsOptions {
  readonly from: number;
  readonly to: number;
  /** Unfinished calls without an event since then are not known; ms since 1970, by our clock. */
  readonly since: number;
}

/** What became of the calls that began in a period. */
export function recountCalls(events: readonly RawEvent[], { from, to, since }: RecountCallsOptions): CallCount {
  const counts: CallCount = {};
  for (const facts of callsOf(events)) {
    const began = facts[0]?.at ?? 0;
    if (began < from || began >= to || !facts.some(({ type }) => openingTypes.includes(type))) continue;
    const isStale = Math.max(...facts.map(({ at }) => at)) + delayOf(facts) < since;
    const direction = directionOf(facts);
    const outcome = outcomeOf(facts, direction) ?? (isStale ? 'not_known' : 'open');
    const outcomes = (counts[direction] ??= { calls: 0 });
    outcomes['calls'] = (outcomes['calls'] ?? 0) + 1;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return counts;
}

const openingTypes = [
  'call.new',
  'call.standby',
  'call.waiting',
  'call.ongoing',
  'call.overflow',
  'call.follow-me',
  'peer.ringing',
  'actor.ringing',
  'actor.entered',
];

/** null while it is not decided. */
function outcomeOf(facts: readonly RecountFact[], direction: RecountDirection): string | null {
  const { visits, isAnswered, state } = replay(facts);
  const isFinished = state === 'finished';
  if (direction === 'outbound') return isAnswered ? 'connected' : isFinished ? 'not_connected' : null;
  if (direction === 'internal') return isAnswered ? 'answered' : isFinished ? 'not_answered' : null;
  if (visits.some(({ outcome }) => outcome === 'answered')) return 'answered';
  if (isAnswered) return 'answered_without_queue';
  const last = visits.at(-1)?.outcome;
  if (last === 'abandoned' || (!last && facts.some(({ type }) => type === 'call.queue-abandon'))) return 'abandoned';
  if (!isFinished) return null;
  return last ? 'flowed_out' : 'ended_before_queue';
}

/** Smallest difference between reception and timestamp of a call's events. Over 14 hours counts as none: an import. */
function delayOf(facts: readonly RecountFact[]): number {
  const smallest = Math.max(0, Math.min(...facts.map(({ at, receivedAt }) => receivedAt - at)));
  return smallest > 14 * 3_600_000 ? 0 : smallest;
}
