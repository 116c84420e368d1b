import { factsOf } from '@callstream/domain';
import type { Call, CallState, Segment } from '@callstream/domain';
import type { DecodedEvent } from './call-from-events.ts';

type SpanKind = CallState | 'ringing' | 'on-call';

/** A period; `end` null: not over yet. Times in ms since 1970, by the clock of the call's sender. */
export interface Span {
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number | null;
}

/** A row of the timeline. */
export interface Lane {
  readonly owner: 'caller' | 'queue' | 'agent';
  readonly name: string;
  readonly spans: readonly Span[];
}

/** The timeline of a call: one lane for the caller, each queue and each agent. */
export function lanesOf(call: Call, events: readonly DecodedEvent[]): Lane[] {
  const queues = [...Map.groupBy(call.visits, ({ queue }) => queue)].map(([queue, visits]): Lane => {
    const spans = visits.map(({ waitingAt, endedAt }): Span => ({ kind: 'WAITING', start: waitingAt, end: endedAt }));
    return { owner: 'queue', name: queue, spans };
  });
  const agents = [...Map.groupBy(call.segments, ({ actor }) => actor)].map(([actor, segments]): Lane => ({
    owner: 'agent',
    name: actor,
    spans: segments.flatMap(agentSpans),
  }));
  return [{ owner: 'caller', name: call.theirNumber ?? '', spans: callerSpans(call, events) }, ...queues, ...agents];
}

function agentSpans({ rangAt, enteredAt, endedAt }: Segment): Span[] {
  const spans: Span[] = [];
  if (rangAt !== null) spans.push({ kind: 'ringing', start: rangAt, end: enteredAt ?? endedAt });
  if (enteredAt !== null) spans.push({ kind: 'on-call', start: enteredAt, end: endedAt });
  return spans;
}

const stateOfKind: Readonly<Record<string, CallState>> = {
  'call.new': 'NEW',
  'call.standby': 'STANDBY',
  'call.ongoing': 'ONGOING',
  'actor.entered': 'ONGOING',
};
/** Order of states that start in the same moment. */
const stateOrder: readonly SpanKind[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING'];

/** States of the call as the caller sees it: each lasts until the next begins. */
function callerSpans({ visits, finishedAt }: Call, events: readonly DecodedEvent[]): Span[] {
  const isInQueue = (at: number): boolean =>
    visits.some(({ waitingAt, endedAt }) => waitingAt <= at && (endedAt === null || at < endedAt));
  const facts = events.flatMap(({ event }) => (event ? factsOf(event) : []));
  const fromEvents = facts.flatMap(({ kind: factKind, at }) => {
    const kind = stateOfKind[factKind];
    return kind && !isInQueue(at) ? [{ kind, start: at }] : [];
  });
  const starts = [...fromEvents, ...visits.map(({ waitingAt }) => ({ kind: 'WAITING' as const, start: waitingAt }))]
    .filter(({ start }) => finishedAt === null || start <= finishedAt)
    .toSorted((a, b) => a.start - b.start || stateOrder.indexOf(a.kind) - stateOrder.indexOf(b.kind));
  const changes = starts.filter(({ kind }, i) => kind === 'WAITING' || kind !== starts[i - 1]?.kind);
  return changes.map(({ kind, start }, i) => ({ kind, start, end: changes[i + 1]?.start ?? finishedAt }));
}
