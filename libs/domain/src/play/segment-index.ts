import type { Segment } from './call.ts';
import type { Mutable } from './life-state.ts';

/** Indexes of the segments of one life, for a call with many agents. */
export interface SegmentIndex {
  /** The latest segment of each agent. */
  readonly lastOf: Map<string, Mutable<Segment>>;
  /** Open segments, in no order. */
  readonly ringing: Set<Mutable<Segment>>;
  readonly onCall: Set<Mutable<Segment>>;
  /** How many agents are on the call, by queue ({@link queueOf}); none is 0. */
  readonly onCallIn: Map<string, number>;
  /** Rings that the system stopped, while no later fact has said why. */
  readonly cancelled: Set<Mutable<Segment>>;
}

/** Whether the agent is on the call by the facts of this call alone; {@link callActivity} adds those of other calls. */
export const isOnCall = (segment: Pick<Segment, 'enteredAt' | 'endedAt'>): boolean =>
  segment.enteredAt !== null && segment.endedAt === null;

/** Whether the agent's phone rings by the facts of this call alone. */
export const isRinging = (segment: Pick<Segment, 'rangAt' | 'enteredAt' | 'endedAt'>): boolean =>
  segment.rangAt !== null && segment.enteredAt === null && segment.endedAt === null;

/** The queue of a call's fact or segment; '' if it names none, which counts as a queue of its own. */
export const queueOf = ({ queue }: { readonly queue: string | null }): string => queue ?? '';

/** @param segments in the order of their beginnings */
export function indexSegments(segments: readonly Mutable<Segment>[]): SegmentIndex {
  const index: SegmentIndex = {
    lastOf: new Map(),
    ringing: new Set(),
    onCall: new Set(),
    onCallIn: new Map(),
    cancelled: new Set(),
  };
  for (const segment of segments) addToIndex(index, segment);
  return index;
}

/** Adds a segment that is the latest of its agent. */
export function addToIndex(index: SegmentIndex, segment: Mutable<Segment>): void {
  index.lastOf.set(segment.actor, segment);
  if (segment.end === 'cancelled') index.cancelled.add(segment);
  if (isRinging(segment)) index.ringing.add(segment);
  if (!isOnCall(segment)) return;
  index.onCall.add(segment);
  countOnCall(index, segment, 1);
}

/** To be called before a segment changes; {@link addToIndex} adds it again. */
export function removeFromIndex(index: SegmentIndex, segment: Mutable<Segment>): void {
  index.cancelled.delete(segment);
  index.ringing.delete(segment);
  if (index.onCall.delete(segment)) countOnCall(index, segment, -1);
}

function countOnCall({ onCallIn }: SegmentIndex, segment: Segment, change: 1 | -1): void {
  const queue = queueOf(segment);
  const count = (onCallIn.get(queue) ?? 0) + change;
  if (count === 0) onCallIn.delete(queue);
  else onCallIn.set(queue, count);
}
