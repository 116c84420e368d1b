import type { Segment, SegmentEnd } from './call.ts';
import type { Fact } from './fact.ts';
import type { Mutable } from './life-state.ts';
import { addToIndex, indexSegments, isOnCall, isRinging, queueOf, removeFromIndex } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';

/** Few segments are faster to look through than to index: most calls have three, but an attacker's has a thousand. */
const unindexedMax = 16;

/** The segments of one life. Only the functions of this file change it. */
export interface LifeSegments {
  /** Of all lives so far, the ones before included. */
  readonly all: Mutable<Segment>[];
  /** Where those of this life begin in `all`. */
  readonly first: number;
  /** null while they are few. */
  index: SegmentIndex | null;
}

/** @param all of the lives before */
export const beginSegments = (all: Mutable<Segment>[]): LifeSegments => ({ all, first: all.length, index: null });

/** The latest segment of an agent in this life: the only one of that agent that can be open. */
export function lastSegmentOf({ all, first, index }: LifeSegments, actor: string): Mutable<Segment> | undefined {
  if (index) return index.lastOf.get(actor);
  for (let i = all.length - 1; i >= first; i--) if (all[i]?.actor === actor) return all[i];
  return undefined;
}

/** Whether any agent is on the call; with `queue`, an agent of this queue. */
export function hasAgentOnCall({ all, first, index }: LifeSegments, queue?: string): boolean {
  if (index) return queue === undefined ? index.onCall.size > 0 : index.onCallIn.has(queue);
  for (let i = first; i < all.length; i++) {
    const segment = all[i];
    if (segment && isOnCall(segment) && (queue === undefined || queueOf(segment) === queue)) return true;
  }
  return false;
}

/** The latest open segment of this life with an extension. */
export function openSegmentOf({ all, first }: LifeSegments, number: string): Mutable<Segment> | undefined {
  for (let i = all.length - 1; i >= first; i--)
    if (all[i]?.number === number && all[i]?.endedAt === null) return all[i];
  return undefined;
}

export function addSegment(segments: LifeSegments, segment: Mutable<Segment>): void {
  const { all, first, index } = segments;
  all.push(segment);
  if (index) addToIndex(index, segment);
  else if (all.length - first > unindexedMax) segments.index = indexSegments(all.slice(first));
}

/** The agent of an open segment enters, or enters again. */
export function enterSegment(
  { index }: LifeSegments,
  segment: Mutable<Segment>,
  { number, queue, at }: Pick<Fact, 'number' | 'queue' | 'at'>,
): void {
  if (index) removeFromIndex(index, segment);
  segment.enteredAt ??= at;
  segment.enteredLastAt = at;
  segment.number = number ?? segment.number;
  segment.queue = queue ?? segment.queue;
  if (index) addToIndex(index, segment);
}

interface SegmentEnding {
  readonly end: SegmentEnd;
  readonly at: number;
}

export function endSegment({ index }: LifeSegments, segment: Mutable<Segment>, { end, at }: SegmentEnding): void {
  if (index) removeFromIndex(index, segment);
  segment.endedAt = at;
  segment.end = end;
  if (index) addToIndex(index, segment);
}

/** The ring goes on. */
export function reopenRing({ index }: LifeSegments, ring: Mutable<Segment>): void {
  ring.endedAt = null;
  ring.end = null;
  if (index) addToIndex(index, ring);
}

/** Ends those rings of this life for which `isEnded` holds; default: all. */
export function endRings(
  segments: LifeSegments,
  ending: SegmentEnding,
  isEnded: (ring: Segment) => boolean = () => true,
): void {
  for (const segment of segments.index?.ringing ?? ofThisLife(segments))
    if (isRinging(segment) && isEnded(segment)) endSegment(segments, segment, ending);
}

/** Ends those open segments of this life for which `isEnded` holds; default: all. */
export function endSegments(
  segments: LifeSegments,
  ending: SegmentEnding,
  isEnded: (segment: Segment) => boolean = () => true,
): void {
  endRings(segments, ending, isEnded);
  for (const segment of segments.index?.onCall ?? ofThisLife(segments))
    if (isOnCall(segment) && isEnded(segment)) endSegment(segments, segment, ending);
}

/**
 * Longest time between the facts that say that something ended and those that say why, in ms; belongs to the projection
 * version. An Asterisk says it within 3 ms.
 */
const explainedMsMax = 2_000;

export const isSoonAfter = (at: number, end: number | null): boolean => end !== null && at - end <= explainedMsMax;

/** Says why rings were cancelled a moment ago. */
export function explainCancelled(segments: LifeSegments, end: SegmentEnd, at: number): void {
  const { index } = segments;
  for (const segment of index?.cancelled ?? ofThisLife(segments))
    if (segment.end === 'cancelled' && isSoonAfter(at, segment.endedAt)) segment.end = end;
  // Facts are played in the order of their times: a later one explains none of these.
  index?.cancelled.clear();
}

const ofThisLife = ({ all, first }: LifeSegments): readonly Mutable<Segment>[] => all.slice(first);
