import type { Call, CallState, Segment } from '@callstream/domain';
import type { DecodedEvent } from './call-from-events.ts';

type SpanKind = CallState | 'rings' | 'on-call';

/** Something that lasted; `end` null: it goes on. Times are ms since 1970. */
export interface Span {
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number | null;
}

/** A row of the picture. */
export interface Lane {
  readonly of: 'caller' | 'queue' | 'agent';
  readonly name: string;
  readonly spans: readonly Span[];
}

/** The life of a call as a picture: a lane for the caller, for each queue and for each agent. */
export function lanesOf(call: Call, events: readonly DecodedEvent[]): Lane[] {
  const queues = [...Map.groupBy(call.visits, ({ queue }) => queue)].map(([queue, visits]): Lane => {
    const spans = visits.map(({ waitingAt, endedAt }): Span => ({ kind: 'WAITING', start: waitingAt, end: endedAt }));
    return { of: 'queue', name: queue, spans };
  });
  const agents = [...Map.groupBy(call.segments, ({ actor }) => actor)].map(([actor, segments]): Lane => ({
    of: 'agent',
    name: actor,
    spans: segments.flatMap(agentSpans),
  }));
  return [{ of: 'caller', name: call.theirNumber ?? '', spans: callerSpans(call, events) }, ...queues, ...agents];
}

function agentSpans({ rangAt, enteredAt, endedAt }: Segment): Span[] {
  const spans: Span[] = [];
  if (rangAt !== null) spans.push({ kind: 'rings', start: rangAt, end: enteredAt ?? endedAt });
  if (enteredAt !== null) spans.push({ kind: 'on-call', start: enteredAt, end: endedAt });
  return spans;
}

const stateOfKind: Readonly<Record<string, CallState>> = {
  'call.new': 'NEW',
  'call.standby': 'STANDBY',
  'call.ongoing': 'ONGOING',
  'actor.entered': 'ONGOING',
};
const order: readonly SpanKind[] = ['NEW', 'STANDBY', 'WAITING', 'ONGOING'];

/** What the caller goes through: each state lasts until the next begins. */
function callerSpans({ visits, finishedAt }: Call, events: readonly DecodedEvent[]): Span[] {
  const isInQueue = (at: number): boolean =>
    visits.some(({ waitingAt, endedAt }) => waitingAt <= at && (endedAt === null || at < endedAt));
  const said = events.flatMap(({ event }) => {
    const kind = event ? stateOfKind[event.kind] : undefined;
    return event && kind && !isInQueue(event.at) ? [{ kind, start: event.at }] : [];
  });
  const starts = [...said, ...visits.map(({ waitingAt }) => ({ kind: 'WAITING' as const, start: waitingAt }))]
    .filter(({ start }) => finishedAt === null || start <= finishedAt)
    .toSorted((a, b) => a.start - b.start || order.indexOf(a.kind) - order.indexOf(b.kind));
  const changes = starts.filter(({ kind }, i) => kind === 'WAITING' || kind !== starts[i - 1]?.kind);
  return changes.map(({ kind, start }, i) => ({ kind, start, end: changes[i + 1]?.start ?? finishedAt }));
}
