import type { Fact } from './fact.ts';
import { endSegment, endSegments, endVisit, hasSegmentOf, isOnCall, isRinging, isServed } from './playing.ts';
import { openSegmentOf, queueOf, setState } from './playing.ts';
import type { Playing } from './playing.ts';

type Step = (playing: Playing, fact: Fact) => void;

/** What each kind of fact opens and ends: the table of docs/concepts/join.md, row by row. Other kinds do neither. */
export const steps: Readonly<Record<string, Step>> = {
  'call.standby': (playing, { at }) => {
    const { life } = playing;
    if (life.waiting && life.waiting.waitingAt < at) endVisit(life, 'flowed_out', at);
    if (!life.waiting) setState(life, 'STANDBY', at);
  },
  'call.waiting': (playing, fact) => wait(playing, queueOf(fact), fact.at),
  'call.overflow': (playing, { destination, at }) => {
    if (destination !== null) wait(playing, destination, at);
  },
  'called.attended-transfer-request': ({ life }, { at }) => {
    life.transferAskedAt = at;
  },
  'actor.ringing': ring,
  'actor.noanswer': (playing, fact) => leave(playing, fact, 'noanswer'),
  'actor.left': (playing, fact) => leave(playing, fact, 'left'),
  'actor.entered': (playing, fact) => {
    enter(playing, fact);
    answer(playing, fact);
  },
  'call.ongoing': answer,
  'call.queue-abandon': abandon,
  'call.finished': end,
  'dialer.failure': endAttempt,
  'dialer.expired': endAttempt,
  'dialer.exceeded': endAttempt,
};

/** A wait in a queue. While the caller waits there already, or an agent of the queue is on the call, it is a repeat. */
function wait(playing: Playing, queue: string, at: number): void {
  const { life, visits } = playing;
  if (life.waiting?.queue === queue || isServed(playing, queue)) return;
  endVisit(life, 'flowed_out', at);
  if (life.abandoned) {
    life.abandoned.outcome = 'flowed_out';
    life.abandoned.waitMs = null;
    life.abandoned = null;
  }
  const isElsewhere = (segment: { readonly queue: string | null }): boolean => queueOf(segment) !== queue;
  endSegments(
    playing,
    (segment) =>
      isElsewhere(segment) &&
      (segment.enteredAt === null
        ? (segment.rangLastAt ?? at) < at
        : segment.enteredAt < at && life.transferAskedAt < segment.enteredAt),
    { end: 'transferred', at },
  );
  const visit = { queue, waitingAt: at, endedAt: null, outcome: 'open' as const, waitMs: null, actor: null };
  visits.push(visit);
  life.waiting = visit;
  life.waitingAt ??= at;
  life.state = 'WAITING';
  life.stateAt = at;
}

/** Somebody answers: the caller waits no longer, and nobody else's phone rings. */
function answer(playing: Playing, { kind, actor, queue, at }: Fact): void {
  const { life } = playing;
  const { waiting } = life;
  // In the same moment, an agent of another queue answers what was before this wait.
  const isOfWait =
    waiting && !(kind === 'actor.entered' && waiting.waitingAt === at && (queue ?? waiting.queue) !== waiting.queue);
  if (isOfWait) {
    waiting.actor = actor;
    endVisit(life, 'answered', at);
  }
  endSegments(playing, isRinging, { end: 'answered_elsewhere', at });
  life.answeredAt ??= at;
  life.answeredLastAt = at;
  if (!life.waiting) setState(life, 'ONGOING', at);
}

/** An agent comes onto the call. */
function enter(playing: Playing, { actor, number, queue, at }: Fact): void {
  if (actor === null) return;
  const segment = openSegmentOf(playing, actor);
  if (segment?.enteredAt != null) return;
  const through = queue ?? segment?.queue ?? (playing.life.waiting?.queue || null);
  if (segment) {
    segment.enteredAt = at;
    segment.number = number ?? segment.number;
    segment.queue = through;
    return;
  }
  const rang = { rangAt: null, rangLastAt: null };
  playing.segments.push({ actor, number, queue: through, ...rang, enteredAt: at, endedAt: null, end: null });
}

/** It rings at an agent; not while an agent of that queue, or this agent, is on the call. */
function ring(playing: Playing, fact: Fact): void {
  const { actor, number, queue, at } = fact;
  if (actor === null || isServed(playing, queueOf(fact))) return;
  const segment = openSegmentOf(playing, actor);
  if (segment && isOnCall(segment)) return;
  if (segment && queueOf(segment) === queueOf(fact)) {
    segment.rangLastAt = at;
    return;
  }
  if (segment) endSegment(segment, 'transferred', at);
  const rang = { rangAt: at, rangLastAt: at };
  playing.segments.push({ actor, number, queue, ...rang, enteredAt: null, endedAt: null, end: null });
}

/** An agent's part ends. If it never began, that much is known: the agent was on this call until then. */
function leave(playing: Playing, { actor, number, queue, at }: Fact, end: 'left' | 'noanswer'): void {
  if (actor === null) return;
  const segment = openSegmentOf(playing, actor);
  if (segment && (end === 'left' || isRinging(segment))) return endSegment(segment, end, at);
  if (segment || hasSegmentOf(playing, actor)) return;
  const unknown = { rangAt: null, rangLastAt: null, enteredAt: null };
  playing.segments.push({ actor, number, queue, ...unknown, endedAt: at, end });
}

/** The caller leaves a queue: the one that is named, or wherever the caller waits. */
function abandon(playing: Playing, { queue, at }: Fact): void {
  const { life } = playing;
  const { waiting } = life;
  endSegments(playing, isRinging, { end: 'abandoned', at });
  life.abandonedAt ??= at;
  if (!waiting || (queue !== null && queue !== waiting.queue)) return;
  endVisit(life, 'abandoned', at);
  life.abandoned = waiting;
  setState(life, playing.segments.some(isOnCall) ? 'ONGOING' : 'NEW', at);
}

function end(playing: Playing, { at }: Fact): void {
  const { life } = playing;
  endVisit(life, 'abandoned', at);
  life.abandoned = null;
  endSegments(playing, () => true, { end: 'finished', at });
  life.finishedAt = at;
  setState(life, 'FINISHED', at);
}

/** A dialer's attempt ends without a call, unless somebody entered. */
function endAttempt(playing: Playing, fact: Fact): void {
  const { segments, life } = playing;
  if (!segments.some((segment, i) => i >= life.firstSegment && segment.enteredAt !== null)) end(playing, fact);
}
