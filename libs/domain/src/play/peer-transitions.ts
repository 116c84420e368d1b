import { openCall, overflowAbandoned, talk } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { endSegment, isSoonAfter, openSegmentOf } from './life-segments.ts';
import type { LifeState } from './life-state.ts';
import { isRinging } from './segment-index.ts';

/**
 * A phone that was dialled answers. Ignored in a queue, where the answer of an agent counts: several phones may answer, and the
 * caller may hang up in the same moment.
 */
export function answerPeer(life: LifeState, { at }: Fact): void {
  openCall(life);
  if (life.waiting) return;
  if (life.abandoned && isSoonAfter(at, life.abandoned.endedAt)) return;
  overflowAbandoned(life);
  talk(life, at);
}

/** The system stops the ring at a phone; why is said by other facts of the moment. */
export function cancelPeer({ segments }: LifeState, { number, at }: Fact): void {
  const segment = number === null ? undefined : openSegmentOf(segments, number);
  if (segment && isRinging(segment)) endSegment(segments, segment, { end: 'cancelled', at });
}

/** A phone leaves the call, e.g. because it transferred the caller. */
export function leavePeer({ segments }: LifeState, { number, at }: Fact): void {
  const segment = number === null ? undefined : openSegmentOf(segments, number);
  if (segment) endSegment(segments, segment, { end: 'left', at });
}
