import type { Segment } from './call.ts';
import { answer, openCall } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { addSegment, endSegment, enterSegment, hasAgentOnCall, isSoonAfter, lastSegmentOf } from './life-segments.ts';
import { reopenRing } from './life-segments.ts';
import { isOnCall, isRinging, queueOf } from './segment-index.ts';
import type { LifeState, Mutable } from './life-state.ts';

/** An agent enters the call. */
export function enter(life: LifeState, fact: Fact): void {
  const { segments } = life;
  const { actor, queue, at } = fact;
  if (actor !== null) {
    const segment = lastSegmentOf(segments, actor);
    attributeAnswer(life, segment, fact);
    if (segment && continuesSegment(segment, queue)) enterSegment(segments, segment, fact);
    else {
      if (segment?.endedAt === null) endSegment(segments, segment, { end: 'transferred', at });
      addSegment(segments, { ...newSegment(actor, fact), enteredAt: at, enteredLastAt: at });
    }
  }
  answer(life, fact);
}

/** Whether an entry belongs to this segment. An agent on the call who enters through another queue begins a new segment. */
const continuesSegment = (segment: Segment, queue: string | null): boolean =>
  segment.endedAt === null &&
  (segment.enteredAt === null || queue === null || segment.queue === null || queue === segment.queue);

/** Longest time from an answer that names no agent to the entry of that agent, in ms; belongs to the projection version. */
const answererNamedMsMax = 2_000;

/** Attributes an answer that named no agent to this agent, and reopens the ring that the answer had ended. */
function attributeAnswer(
  { visits, segments, unnamedAnswerAt }: LifeState,
  segment: Mutable<Segment> | undefined,
  fact: Fact,
): void {
  if (fact.at - unnamedAnswerAt > answererNamedMsMax) return;
  const visit = visits.at(-1);
  if (visit?.outcome === 'answered' && visit.endedAt === unnamedAnswerAt) visit.actor ??= fact.actor;
  if (segment?.end !== 'answered_elsewhere' || segment.endedAt !== unnamedAnswerAt) return;
  reopenRing(segments, segment);
}

/** An agent's phone rings. Ignored while this agent, or an agent of that queue, is on the call. */
export function ring(life: LifeState, fact: Fact): void {
  const { segments } = life;
  const { actor, queue, at } = fact;
  openCall(life);
  if (actor === null || hasAgentOnCall(segments, queueOf(fact))) return;
  const segment = lastSegmentOf(segments, actor);
  if (segment && isOnCall(segment)) return;
  if (segment && isRinging(segment)) {
    if (segment.queue === queue) {
      segment.rangLastAt = at;
      return;
    }
    endSegment(segments, segment, { end: 'transferred', at });
  }
  addSegment(segments, { ...newSegment(actor, fact), rangAt: at, rangLastAt: at });
}

export const noAnswer = (life: LifeState, fact: Fact): void => endByAgent(life, fact, 'noanswer');
export const leave = (life: LifeState, fact: Fact): void => endByAgent(life, fact, 'left');

/** Ends an agent's segment. Without one, an event is missing: a segment is added of which only the end is known. */
function endByAgent({ segments }: LifeState, fact: Fact, end: 'left' | 'noanswer'): void {
  const { actor, at } = fact;
  if (actor === null) return;
  const segment = lastSegmentOf(segments, actor);
  if (!segment) addSegment(segments, { ...newSegment(actor, fact), endedAt: at, end });
  else if (segment.endedAt === null && (end === 'left' || isRinging(segment)))
    endSegment(segments, segment, { end, at });
  else if (segment.end === 'cancelled' && end === 'noanswer' && isSoonAfter(at, segment.endedAt)) segment.end = end;
}

/**
 * Applies a fact that is later than the end of the call. It opens nothing, but it proves that the agent was on this call, and
 * no longer on another one.
 */
export function applyLate({ segments }: LifeState, fact: Fact): void {
  const { kind, actor, at } = fact;
  if (actor === null || !agentKinds.has(kind)) return;
  const segment = lastSegmentOf(segments, actor);
  const ended = { ...newSegment(actor, fact), endedAt: at, end: 'finished' as const };
  if (kind === 'actor.entered') {
    if (segment && segment.enteredAt !== null) segment.enteredLastAt = at;
    else addSegment(segments, { ...ended, enteredAt: at, enteredLastAt: at });
  } else if (!segment)
    addSegment(segments, kind === 'actor.ringing' ? { ...ended, rangAt: at, rangLastAt: at } : ended);
}

const agentKinds = new Set(['actor.ringing', 'actor.noanswer', 'actor.entered', 'actor.left']);

/** A segment without a time. */
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
