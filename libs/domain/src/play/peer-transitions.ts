import type { Segment } from './call.ts';
import { openCall, overflowAbandoned, talk } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { endSegment, isRinging, isSoonAfter } from './life-state.ts';
import type { LifeState, Mutable } from './life-state.ts';

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
export function cancelPeer(life: LifeState, { number, at }: Fact): void {
  const segment = openSegmentOf(life, number);
  if (segment && isRinging(segment)) endSegment(segment, 'cancelled', at);
}

/** A phone leaves the call, e.g. because it transferred the caller. */
export function leavePeer(life: LifeState, { number, at }: Fact): void {
  const segment = openSegmentOf(life, number);
  if (segment) endSegment(segment, 'left', at);
}

/** The latest open segment of this life with an extension. */
function openSegmentOf({ segments, firstSegment }: LifeState, number: string | null): Mutable<Segment> | undefined {
  if (number === null) return undefined;
  for (let i = segments.length - 1; i >= firstSegment; i--)
    if (segments[i]?.number === number && segments[i]?.endedAt === null) return segments[i];
  return undefined;
}
