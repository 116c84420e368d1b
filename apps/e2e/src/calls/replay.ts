// The life of a call from its events, for the recounts beside it. Slow and simple, and without code of the domain or SQL, so that it
// cannot share their mistakes.

import { factOf } from '../ingest/raw-event.ts';
import type { RawEvent, RecountFact } from '../ingest/raw-event.ts';

/** The facts of each call, by time; at the same time, in the order of a call's life. */
export function callsOf(events: readonly RawEvent[]): RecountFact[][] {
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

export function replay(facts: readonly RecountFact[]): Replay {
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

export type RecountDirection = 'inbound' | 'outbound' | 'internal';

export function directionOf(facts: readonly RecountFact[]): RecountDirection {
  const naming = facts.filter(({ namesNumber }) => namesNumber);
  const direction = (naming.find(({ type }) => type.startsWith('call.')) ?? naming[0])?.direction;
  return direction === 'outbound' || direction === 'internal' ? direction : 'inbound';
}

/** Smallest difference between reception and timestamp of a call's events. Over 14 hours counts as none: an import. */
export function delayOf(facts: readonly RecountFact[]): number {
  const smallest = Math.max(0, Math.min(...facts.map(({ at, receivedAt }) => receivedAt - at)));
  return smallest > 14 * 3_600_000 ? 0 : smallest;
}
