// Queue numbers counted from the events of the log by the definitions of docs/reference/tables.md. Slow and simple, and
// without code of the domain or SQL, so that it cannot share their mistakes.

import type { RawEvent, RecountFact } from '../ingest/raw-event.ts';
import { callsOf, delayOf, directionOf, replay } from './replay.ts';
import type { RecountDirection } from './replay.ts';

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
