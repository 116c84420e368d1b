import type { Segment } from './call.ts';
import type { Fact } from './fact.ts';
import { endSegment, endSegments, endVisit, isOnCall, isRinging, isServed } from './playing.ts';
import { lastSegmentOf, queueOf, setState } from './playing.ts';
import type { Playing, Writable } from './playing.ts';

type Step = (playing: Playing, fact: Fact) => void;

/** What each kind of fact opens and ends: the table of docs/concepts/join.md. Other kinds do neither. */
export const steps: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['call.new', open],
  ['call.follow-me', open],
  ['peer.ringing', open],
  ['call.standby', standBy],
  ['call.waiting', (playing, fact) => wait(playing, queueOf(fact), fact.at)],
  ['call.overflow', overflow],
  ['called.attended-transfer-request', askForTransfer],
  ['actor.ringing', ring],
  ['actor.noanswer', (playing, fact) => leave(playing, fact, 'noanswer')],
  ['actor.left', (playing, fact) => leave(playing, fact, 'left')],
  ['actor.entered', enter],
  ['call.ongoing', answer],
  ['call.queue-abandon', abandon],
  ['call.finished', end],
  ['dialer.failure', endAttempt],
  ['dialer.expired', endAttempt],
  ['dialer.exceeded', endAttempt],
]);

/** There is a call. Anything else that names one is kept, and makes no current call of it by itself. */
function open(playing: Playing): void {
  playing.isOpened = true;
}

function standBy(playing: Playing, { at }: Fact): void {
  open(playing);
  endVisit(playing, 'flowed_out', at);
  setState(playing, 'STANDBY', at);
}

function overflow(playing: Playing, { destination, at }: Fact): void {
  if (destination === null) open(playing);
  else wait(playing, destination, at);
}

function askForTransfer(playing: Playing, { at }: Fact): void {
  playing.transferAskedAt = at;
}

/** A wait in a queue. While the caller waits there already, or an agent of the queue is on the call, it is a repeat. */
function wait(playing: Playing, queue: string, at: number): void {
  open(playing);
  endSegments(
    playing,
    (segment) =>
      queueOf(segment) !== queue &&
      (segment.enteredAt === null
        ? (segment.rangLastAt ?? 0) < at
        : segment.enteredAt < at && playing.transferAskedAt < segment.enteredAt),
    { end: 'transferred', at },
  );
  playing.waitedLastAt = at;
  if (playing.waiting?.queue === queue) return;
  endVisit(playing, 'flowed_out', at);
  if (isServed(playing, queue)) return setState(playing, 'ONGOING', at);
  overflowAbandoned(playing);
  playing.waiting = { queue, waitingAt: at, endedAt: null, outcome: 'open', waitMs: null, actor: null };
  playing.visits.push(playing.waiting);
  playing.waitingAt ??= at;
  playing.state = 'WAITING';
  playing.stateAt = at;
}

/** Who waits again has not left: the visit before was an overflow. */
function overflowAbandoned(playing: Playing): void {
  if (!playing.abandoned) return;
  playing.abandoned.outcome = 'flowed_out';
  playing.abandoned.waitMs = null;
  playing.abandoned = null;
}

/** Somebody answers: the caller waits no longer, and nobody else's phone rings. */
function answer(playing: Playing, fact: Fact): void {
  const { actor, at } = fact;
  const { waiting } = playing;
  open(playing);
  if (waiting && isAnswerOf(playing, waiting.queue, fact)) {
    waiting.actor = actor;
    endVisit(playing, 'answered', at);
  }
  endSegments(playing, isRinging, { end: 'answered_elsewhere', at });
  playing.answeredAt ??= at;
  playing.answeredLastAt = at;
  playing.unnamedAnswerAt = isServed(playing) ? -Infinity : at;
  if (!playing.waiting) setState(playing, 'ONGOING', at);
}

/** In the moment of a wait, an agent of another queue answers what was before it. */
const isAnswerOf = ({ waitedLastAt }: Playing, waitsIn: string, { kind, queue, at }: Fact): boolean =>
  waitedLastAt < at || kind === 'call.ongoing' || queue === null || queue === waitsIn;

/** An agent comes onto the call. */
function enter(playing: Playing, fact: Fact): void {
  const { actor, number, queue, at } = fact;
  if (actor !== null) {
    const segment = lastSegmentOf(playing, actor);
    nameAnswer(playing, segment, fact);
    if (segment && goesOn(segment, queue)) {
      segment.enteredAt ??= at;
      segment.number = number ?? segment.number;
      segment.queue = queue ?? segment.queue;
    } else {
      if (segment?.endedAt === null) endSegment(segment, 'transferred', at);
      const rang = { rangAt: null, rangLastAt: null };
      playing.segments.push({ actor, number, queue, ...rang, enteredAt: at, endedAt: null, end: null });
    }
  }
  answer(playing, fact);
}

/** Whether an entry is of this segment; who is on the call and enters through another queue begins another. */
const goesOn = (segment: Segment, queue: string | null): boolean =>
  segment.endedAt === null &&
  (segment.enteredAt === null || queue === null || segment.queue === null || queue === segment.queue);

/** A sender may say that a call is answered this long before it says by whom, in ms; belongs to the projection version. */
const answererNamedMsMax = 2_000;

/** An answer that named nobody was this agent's: the agent's phone rang until now, and nobody else answered. */
function nameAnswer({ visits, unnamedAnswerAt }: Playing, segment: Writable<Segment> | undefined, fact: Fact): void {
  if (fact.at - unnamedAnswerAt > answererNamedMsMax) return;
  const visit = visits.at(-1);
  if (visit?.outcome === 'answered' && visit.endedAt === unnamedAnswerAt) visit.actor ??= fact.actor;
  if (segment?.end !== 'answered_elsewhere' || segment.endedAt !== unnamedAnswerAt) return;
  segment.endedAt = null;
  segment.end = null;
}

/** It rings at an agent; not while an agent of that queue, or this agent, is on the call. */
function ring(playing: Playing, fact: Fact): void {
  const { actor, number, queue, at } = fact;
  open(playing);
  if (actor === null || isServed(playing, queueOf(fact))) return;
  const segment = lastSegmentOf(playing, actor);
  if (segment && isOnCall(segment)) return;
  if (segment && isRinging(segment)) {
    if (segment.queue === queue) {
      segment.rangLastAt = at;
      return;
    }
    endSegment(segment, 'transferred', at);
  }
  // The caller abandoned in this moment, and does not wait again.
  const isOver = playing.abandonedLastAt === at && !playing.waiting;
  const ended = isOver ? ({ endedAt: at, end: 'abandoned' } as const) : { endedAt: null, end: null };
  playing.segments.push({ actor, number, queue, rangAt: at, rangLastAt: at, enteredAt: null, ...ended });
}

/** An agent's part ends. If it never began, that much is known: the agent was on this call until then. */
function leave(playing: Playing, { actor, number, queue, at }: Fact, how: 'left' | 'noanswer'): void {
  if (actor === null) return;
  const segment = lastSegmentOf(playing, actor);
  if (segment) {
    if (segment.endedAt === null && (how === 'left' || isRinging(segment))) endSegment(segment, how, at);
    return;
  }
  const unknown = { rangAt: null, rangLastAt: null, enteredAt: null };
  playing.segments.push({ actor, number, queue, ...unknown, endedAt: at, end: how });
}

/** The caller leaves a queue: the one that is named, or wherever the caller waits. */
function abandon(playing: Playing, { queue, at }: Fact): void {
  const { waiting } = playing;
  endSegments(playing, isRinging, { end: 'abandoned', at });
  playing.abandonedAt ??= at;
  playing.abandonedLastAt = at;
  if (!waiting || (queue !== null && queue !== waiting.queue)) return;
  endVisit(playing, 'abandoned', at);
  playing.abandoned = waiting;
  setState(playing, isServed(playing) ? 'ONGOING' : 'STANDBY', at);
}

function end(playing: Playing, { at }: Fact): void {
  endVisit(playing, 'abandoned', at);
  playing.abandoned = null;
  endSegments(playing, () => true, { end: 'finished', at });
  setState(playing, 'FINISHED', at);
}

function endAttempt(playing: Playing, fact: Fact): void {
  if (!playing.isEntered) end(playing, fact);
}
