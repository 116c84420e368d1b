// Queue numbers counted from the events of the log by the definitions of docs/reference/tables.md. Slow and simple, and
// without code of the domain or SQL, so that it cannot share their mistakes.

/** An event of the log, not decoded. */
export interface RawEvent {
  /** null for an event without a call. */
  readonly callId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** ms since 1970; the event's time if it has no timestamp. */
  readonly receivedAt: number;
}

interface RecountFact {
  readonly type: string;
  readonly at: number;
  readonly receivedAt: number;
  readonly queue: string | null;
  readonly actor: string | null;
  readonly destination: string | null;
  readonly direction: string | null;
  readonly namesNumber: boolean;
}

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

export interface LiveCount {
  waiting: number;
  longest_waiting_since: number | null;
  talking: number;
  /** Agents on one of these calls. */
  agents_on_call: number;
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;

function timeOf(value: unknown): number | null {
  const text = textOf(value) ?? '';
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{13}$/.test(text)) return Number(text);
  const ms = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(ms) ? null : Math.trunc(ms);
}

const factOf = ({ body, receivedAt }: RawEvent): RecountFact => ({
  type: String(body['type']).replaceAll('_', '-').replace('on-going', 'ongoing'),
  at: timeOf(body['timestamp']) ?? receivedAt,
  receivedAt,
  queue: textOf(body['queue']),
  actor: textOf(body['actor']),
  destination: textOf(body['destination']),
  direction: textOf(body['direction']),
  namesNumber: textOf(body['our_number']) !== null || textOf(body['their_number']) !== null,
});

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

/** State of a call after its last event. */
interface Replay {
  readonly visits: RecountVisit[];
  /** Agents on the call, with the queue of each. */
  readonly agents: Map<string, string>;
  state: 'waiting' | 'talking' | 'other' | 'finished';
}

function replay(facts: readonly RecountFact[]): Replay {
  const call: Replay = { visits: [], agents: new Map(), state: 'other' };
  const { visits, agents } = call;
  const open = (): RecountVisit | undefined => visits.findLast(({ outcome }) => outcome === 'open');
  const close = (outcome: RecountVisit['outcome'], ended: number): void => {
    const visit = open();
    if (visit) Object.assign(visit, { outcome, ended });
  };
  for (const { type, at, queue, actor, destination } of facts) {
    if (call.state === 'finished') break;
    const waitsIn = type === 'call.waiting' ? (queue ?? '') : type === 'call.overflow' ? destination : null;
    if (waitsIn !== null) {
      for (const [agent, agentQueue] of agents) if (agentQueue !== waitsIn) agents.delete(agent);
      if (agents.size > 0 || open()?.queue === waitsIn) continue;
      close('flowed_out', at);
      const before = visits.at(-1);
      if (before?.outcome === 'abandoned') before.outcome = 'flowed_out';
      visits.push({ queue: waitsIn, began: at, outcome: 'open', ended: at });
      call.state = 'waiting';
    } else if (type === 'actor.entered' || type === 'call.ongoing') {
      if (type === 'actor.entered' && actor !== null) agents.set(actor, queue ?? '');
      close('answered', at);
      call.state = 'talking';
    } else if (type === 'actor.left' && actor !== null) agents.delete(actor);
    else if (type === 'call.queue-abandon' && open() && (queue ?? open()?.queue) === open()?.queue) {
      close('abandoned', at);
      call.state = agents.size > 0 ? 'talking' : 'other';
    } else if (type === 'call.standby') {
      close('flowed_out', at);
      call.state = 'other';
    } else if (type === 'call.finished') {
      close('abandoned', at);
      agents.clear();
      call.state = 'finished';
    }
  }
  return call;
}

function directionOf(facts: readonly RecountFact[]): string | null {
  const naming = facts.filter(({ namesNumber }) => namesNumber);
  return (naming.find(({ type }) => type.startsWith('call.')) ?? naming[0])?.direction ?? null;
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
    if (['outbound', 'internal'].includes(directionOf(facts) ?? '')) continue;
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
  const live = { waiting: 0, longest_waiting_since: Infinity, talking: 0 };
  const agents = new Set<string>();
  for (const facts of callsOf(events)) {
    const delay = delayOf(facts);
    if (Math.max(...facts.map(({ at }) => at)) + delay < since) continue;
    const call = replay(facts);
    for (const agent of call.agents.keys()) agents.add(agent);
    if (call.state === 'talking') live.talking++;
    if (call.state !== 'waiting') continue;
    live.waiting++;
    live.longest_waiting_since = Math.min(live.longest_waiting_since, (call.visits.at(-1)?.began ?? Infinity) + delay);
  }
  const { longest_waiting_since: longest } = live;
  return { ...live, longest_waiting_since: longest === Infinity ? null : longest, agents_on_call: agents.size };
}

/** Smallest difference between reception and timestamp of a call's events. Over 14 hours counts as none: an import. */
function delayOf(facts: readonly RecountFact[]): number {
  const smallest = Math.max(0, Math.min(...facts.map(({ at, receivedAt }) => receivedAt - at)));
  return smallest > 14 * 3_600_000 ? 0 : smallest;
}
