import type { Segment } from './call.ts';
import { answer, openCall } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { endSegment, isOnCall, isRinging, hasAgentOnCall, lastSegmentOf, queueOf } from './life-state.ts';
import type { LifeState, Mutable } from './life-state.ts';

/** An agent comes onto the call. */
export function enter(playing: LifeState, fact: Fact): void {
  const { actor, number, queue, at } = fact;
  if (actor !== null) {
    const segment = lastSegmentOf(playing, actor);
    attributeAnswer(playing, segment, fact);
    if (segment && continuesSegment(segment, queue)) {
      segment.enteredAt ??= at;
      segment.enteredLastAt = at;
      segment.number = number ?? segment.number;
      segment.queue = queue ?? segment.queue;
    } else {
      if (segment?.endedAt === null) endSegment(segment, 'transferred', at);
      playing.segments.push({ ...newSegment(actor, fact), enteredAt: at, enteredLastAt: at });
    }
  }
  answer(playing, fact);
}

/** Whether an entry is of this segment; who is on the call and enters through another queue begins another. */
const continuesSegment = (segment: Segment, queue: string | null): boolean =>
  segment.endedAt === null &&
  (segment.enteredAt === null || queue === null || segment.queue === null || queue === segment.queue);

/** A sender may say that a call is answered this long before it says by whom, in ms; belongs to the projection version. */
const answererNamedMsMax = 2_000;

/** An answer that named nobody was this agent's: the agent's phone rang until now, and nobody else answered. */
function attributeAnswer(
  { visits, unnamedAnswerAt }: LifeState,
  segment: Mutable<Segment> | undefined,
  fact: Fact,
): void {
  if (fact.at - unnamedAnswerAt > answererNamedMsMax) return;
  const visit = visits.at(-1);
  if (visit?.outcome === 'answered' && visit.endedAt === unnamedAnswerAt) visit.actor ??= fact.actor;
  if (segment?.end !== 'answered_elsewhere' || segment.endedAt !== unnamedAnswerAt) return;
  segment.endedAt = null;
  segment.end = null;
}

/** It rings at an agent; not while an agent of that queue, or this agent, is on the call. */
export function ring(playing: LifeState, fact: Fact): void {
  const { actor, queue, at } = fact;
  openCall(playing);
  if (actor === null || hasAgentOnCall(playing, queueOf(fact))) return;
  const segment = lastSegmentOf(playing, actor);
  if (segment && isOnCall(segment)) return;
  if (segment && isRinging(segment)) {
    if (segment.queue === queue) {
      segment.rangLastAt = at;
      return;
    }
    endSegment(segment, 'transferred', at);
  }
  playing.segments.push({ ...newSegment(actor, fact), rangAt: at, rangLastAt: at });
}

export const noAnswer = (playing: LifeState, fact: Fact): void => end(playing, fact, 'noanswer');
export const leave = (playing: LifeState, fact: Fact): void => end(playing, fact, 'left');

/** An agent's part ends. If it never began, that much is known: the agent was on this call until then. */
function end(playing: LifeState, fact: Fact, how: 'left' | 'noanswer'): void {
  const { actor, at } = fact;
  if (actor === null) return;
  const segment = lastSegmentOf(playing, actor);
  if (!segment) playing.segments.push({ ...newSegment(actor, fact), endedAt: at, end: how });
  else if (segment.endedAt === null && (how === 'left' || isRinging(segment))) endSegment(segment, how, at);
}

/**
 * What is said after the end of the call opens nothing. It tells that the agent was on the call, and that the agent is no
 * longer on another.
 */
export function applyLate(playing: LifeState, fact: Fact): void {
  const { kind, actor, at } = fact;
  if (actor === null || !agentKinds.has(kind)) return;
  const segment = lastSegmentOf(playing, actor);
  const over = { ...newSegment(actor, fact), endedAt: at, end: 'finished' as const };
  if (kind === 'actor.entered') {
    if (segment && segment.enteredAt !== null) segment.enteredLastAt = at;
    else playing.segments.push({ ...over, enteredAt: at, enteredLastAt: at });
  } else if (!segment) playing.segments.push(kind === 'actor.ringing' ? { ...over, rangAt: at, rangLastAt: at } : over);
}

const agentKinds = new Set(['actor.ringing', 'actor.noanswer', 'actor.entered', 'actor.left']);

/** Neither begun nor over. */
const newSegment = (actor: string, { number, queue }: Fact): Segment => ({
  actor,
  number,
  queue,
  rangAt: null,
  rangLastAt: null,
  enteredAt: null,
  enteredLastAt: null,
  endedAt: null,
  end: null,
});
