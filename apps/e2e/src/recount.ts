// What a supervisor counts, straight from the events of the log and the words of docs/reference/tables.md: it shares nothing with
// the domain or the SQL, so that a mistake in them is not made here too. Slow and simple.

/** An event as it stands in the log. */
export interface Posted {
  /** null if it names no call. */
  readonly callId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** ms since 1970; the event's time if it has none of its own. */
  readonly receivedAt: number;
}

interface Fact {
  readonly type: string;
  readonly at: number;
  readonly queue: string | null;
  readonly actor: string | null;
  readonly destination: string | null;
  readonly direction: string | null;
  readonly namesNumber: boolean;
}

export interface Count {
  visits: number;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  abandoned_short: number;
  flowed_out: number;
  open: number;
  asa_ms: number | null;
}

export interface Live {
  waiting: number;
  longest_waiting_since: number | null;
  talking: number;
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

const factOf = ({ body, receivedAt }: Posted): Fact => ({
  type: String(body['type']).replaceAll('_', '-').replace('on-going', 'ongoing'),
  at: timeOf(body['timestamp']) ?? receivedAt,
  queue: textOf(body['queue']),
  actor: textOf(body['actor']),
  destination: textOf(body['destination']),
  direction: textOf(body['direction']),
  namesNumber: textOf(body['our_number']) !== null || textOf(body['their_number']) !== null,
});

/** The facts of each call, in the order of their times; of the same time, in that of a call's life. */
function callsOf(posted: readonly Posted[]): Fact[][] {
  const life = ['call.new', 'call.standby', 'call.waiting', 'call.overflow', 'actor.entered', 'call.ongoing'];
  const stage = ({ type }: Fact): number => (life.includes(type) ? life.indexOf(type) : life.length);
  const calls = Map.groupBy(posted, ({ callId }) => callId);
  calls.delete(null);
  return [...calls.values()].map((of) => of.map(factOf).toSorted((a, b) => a.at - b.at || stage(a) - stage(b)));
}

const first = (facts: readonly Fact[], type: string, queue?: string): number | null =>
  facts.find((fact) => fact.type === type && (queue === undefined || (fact.queue ?? '') === queue))?.at ?? null;
const last = (facts: readonly Fact[], ...types: string[]): Fact | undefined =>
  facts.findLast(({ type }) => types.includes(type));

function queueAtEnd(facts: readonly Fact[]): string {
  const named = facts.filter(
    ({ type, queue, destination }) =>
      (['call.waiting', 'actor.entered'].includes(type) && queue !== null) ||
      (type === 'call.overflow' && destination !== null),
  );
  const fact = named.at(-1) ?? facts.findLast(({ queue }) => queue !== null);
  return (fact?.type === 'call.overflow' ? fact.destination : fact?.queue) ?? '';
}

function directionOf(facts: readonly Fact[]): string | null {
  const naming = facts.filter(({ namesNumber }) => namesNumber);
  return (naming.find(({ type }) => type.startsWith('call.')) ?? naming[0])?.direction ?? null;
}

interface Rules {
  readonly from: number;
  readonly to: number;
  readonly serviceLevelMs: number;
  readonly shortAbandonMs: number;
}

/** The visits that began in a period, by queue. */
export function recount(
  posted: readonly Posted[],
  { from, to, serviceLevelMs, shortAbandonMs }: Rules,
): Map<string, Count> {
  const counts = new Map<string, Count & { sum: number }>();
  for (const facts of callsOf(posted)) {
    if (['outbound', 'internal'].includes(directionOf(facts) ?? '')) continue;
    const queues = new Set(facts.filter(({ type }) => type === 'call.waiting').map(({ queue }) => queue ?? ''));
    for (const queue of queues) {
      const began = first(facts, 'call.waiting', queue) ?? 0;
      if (began < from || began >= to) continue;
      const count = counts.get(queue) ?? { ...none(), sum: 0 };
      counts.set(queue, count);
      count.visits++;
      const answered = answeredAt(facts, queue, { began, isOnly: queues.size === 1 });
      const abandoned = abandonedAt(facts, queue, began);
      if (answered !== null) {
        const wait = Math.max(0, answered - began);
        count.answered++;
        count.sum += wait;
        if (wait <= serviceLevelMs) count.answered_in_time++;
      } else if (abandoned !== null) {
        count.abandoned++;
        if (Math.max(0, abandoned - began) <= shortAbandonMs) count.abandoned_short++;
      } else if ([...queues].some((other) => (first(facts, 'call.waiting', other) ?? 0) > began)) count.flowed_out++;
      else count.open++;
      count.asa_ms = count.answered === 0 ? null : count.sum / count.answered;
    }
  }
  return new Map([...counts].map(([queue, { sum: _, ...count }]) => [queue, count]));
}

const none = (): Count => ({
  ...{ visits: 0, answered: 0, answered_in_time: 0, abandoned: 0, abandoned_short: 0, flowed_out: 0, open: 0 },
  asa_ms: null,
});

function answeredAt(facts: readonly Fact[], queue: string, visit: { began: number; isOnly: boolean }): number | null {
  const here = facts.find((fact) => fact.type === 'actor.entered' && fact.queue === queue);
  if (here) return here.at;
  if (!visit.isOnly) return null;
  const answers = facts.filter(({ type }) => type === 'actor.entered' || type === 'call.ongoing').map(({ at }) => at);
  return [answers[0], answers.at(-1)].find((at) => at !== undefined && at >= visit.began) ?? null;
}

function abandonedAt(facts: readonly Fact[], queue: string, began: number): number | null {
  const here = first(facts, 'call.queue-abandon', queue);
  if (here !== null) return here;
  const finished = first(facts, 'call.finished');
  if (finished === null || queueAtEnd(facts) !== queue) return null;
  const abandoned = first(facts, 'call.queue-abandon');
  return abandoned !== null && abandoned >= began ? abandoned : finished;
}

/** What goes on at the end of the log, over all queues. */
export function recountLive(posted: readonly Posted[]): Live {
  const live: Live = { waiting: 0, longest_waiting_since: null, talking: 0 };
  for (const facts of callsOf(posted)) {
    if (first(facts, 'call.finished') !== null) continue;
    const state = last(facts, 'call.new', 'call.standby', 'call.waiting', 'call.ongoing')?.type;
    if (state === 'call.ongoing') live.talking++;
    if (state !== 'call.waiting') continue;
    const since = last(facts, 'call.waiting')?.at ?? 0;
    const abandoned = first(facts, 'call.queue-abandon');
    if (agentsOn(facts).length > 0 || (abandoned !== null && abandoned >= since)) continue;
    live.waiting++;
    live.longest_waiting_since = Math.min(live.longest_waiting_since ?? since, since);
  }
  return live;
}

/** Agents who came onto the call after they last left it. */
function agentsOn(facts: readonly Fact[]): string[] {
  const actors = new Set(facts.flatMap(({ actor }) => actor ?? []));
  return [...actors].filter((actor) => {
    const own = facts.filter((fact) => fact.actor === actor);
    const entered = last(own, 'actor.entered');
    return entered !== undefined && entered.at > (last(own, 'actor.left')?.at ?? -Infinity);
  });
}

/** Agents on unfinished calls at the end of the log. */
export const recountOnCall = (posted: readonly Posted[]): number =>
  new Set(callsOf(posted).flatMap((facts) => (first(facts, 'call.finished') === null ? agentsOn(facts) : []))).size;
