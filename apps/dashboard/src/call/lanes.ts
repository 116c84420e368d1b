import { stateOf } from '@callstream/domain';
import type { Call, CallState } from '@callstream/domain';
import type { ReadEvent } from './call-of-events.ts';

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
export function lanesOf(call: Call, events: readonly ReadEvent[]): Lane[] {
  const inOrder = events
    .flatMap(({ event }) => (event ? [event] : []))
    .toSorted((a, b) => a.at - b.at || a.rank - b.rank || a.id - b.id);
  const end = call.finishedAt;
  const states = inOrder.filter(({ at, rank }) => rank >= 0 && rank < 4 && (end === null || at <= end));
  const caller = chain(
    states.map(({ at, rank }) => ({ kind: stateOf(rank), start: at })),
    end,
  );
  const queues = call.queues
    .filter(({ waitingAt }) => waitingAt !== null)
    .map(({ queue, waitingAt, answeredAt, abandonedAt }): Lane => {
      const start = waitingAt ?? 0;
      const isAlone = call.queues.filter((row) => row.waitingAt !== null).length === 1;
      const left = [answeredAt, abandonedAt, isAlone ? call.answeredAt : null, nextQueueAt(call, queue, start), end];
      const ends = left.filter((at): at is number => at !== null && at >= start);
      const span: Span = { kind: 'WAITING', start, end: ends.length === 0 ? null : Math.min(...ends) };
      return { of: 'queue', name: queue, spans: [span] };
    });
  const agents = call.agents.map(({ actor }): Lane => {
    const own = inOrder.filter((event) => event.actor === actor);
    return { of: 'agent', name: actor, spans: agentSpans(own, end) };
  });
  return [{ of: 'caller', name: call.parties.theirNumber ?? '', spans: caller }, ...queues, ...agents];
}

/** Each lasts until the next begins. */
const chain = (starts: readonly { kind: SpanKind; start: number }[], end: number | null): Span[] =>
  starts
    .map(({ kind, start }, i) => ({ kind, start, end: starts[i + 1]?.start ?? end }))
    .map((span) => ({ ...span, end: span.end === null ? null : Math.max(span.start, span.end) }));

const nextQueueAt = (call: Call, queue: string, after: number): number | null =>
  call.queues.reduce<number | null>(
    (least, row) =>
      row.queue !== queue && row.waitingAt !== null && row.waitingAt > after
        ? Math.min(least ?? Infinity, row.waitingAt)
        : least,
    null,
  );

interface AgentEvent {
  readonly kind: string;
  readonly at: number;
}

function agentSpans(events: readonly AgentEvent[], end: number | null): Span[] {
  const spans: Span[] = [];
  let open: { kind: SpanKind; start: number } | null = null;
  const close = (at: number | null): void => {
    if (open) spans.push({ ...open, end: at });
    open = null;
  };
  for (const { kind, at } of events) {
    const begins = { 'actor.ringing': 'rings', 'actor.entered': 'on-call' }[kind] as SpanKind | undefined;
    if (begins) {
      close(at);
      open = { kind: begins, start: at };
    } else if (kind === 'actor.left' || kind === 'actor.noanswer') close(at);
  }
  if (open) close(end);
  return spans;
}
