import type { CallState } from '../kinds.ts';
import type { Outcome, Segment, SegmentEnd, Visit } from './call.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What is true of a call at one moment of its play. */
export interface Playing {
  readonly visits: Writable<Visit>[];
  readonly segments: Writable<Segment>[];
  life: Life;
}

/** From a beginning to the end; a call that comes back begins another. */
export interface Life {
  readonly beganAt: number;
  isOpened: boolean;
  /** Nothing opens any more but another life. */
  isOver: boolean;
  state: CallState;
  stateAt: number;
  /** The open visit: the caller waits. */
  waiting: Writable<Visit> | null;
  /** The visit that the caller left last, until the end: another wait makes an overflow of it. */
  abandoned: Writable<Visit> | null;
  /** Last time that an attended transfer was asked for. */
  transferAskedAt: number;
  /** Index of its first segment. */
  readonly firstSegment: number;
  waitingAt: number | null;
  answeredAt: number | null;
  answeredLastAt: number | null;
  abandonedAt: number | null;
  finishedAt: number | null;
}

export const beginLife = (beganAt: number, firstSegment: number): Life => ({
  ...{ beganAt, firstSegment, isOpened: false, isOver: false, state: 'NEW', stateAt: beganAt },
  ...{ waiting: null, abandoned: null, transferAskedAt: -Infinity, waitingAt: null },
  ...{ answeredAt: null, answeredLastAt: null, abandonedAt: null, finishedAt: null },
});

export function setState(life: Life, state: CallState, at: number): void {
  if (life.state === state) return;
  life.state = state;
  life.stateAt = at;
}

/** Ends the open visit, if there is one. */
export function endVisit(life: Life, outcome: Exclude<Outcome, 'open'>, at: number): void {
  const { waiting } = life;
  if (!waiting) return;
  waiting.endedAt = at;
  waiting.outcome = outcome;
  waiting.waitMs = outcome === 'flowed_out' ? null : at - waiting.waitingAt;
  life.waiting = null;
}

export const isOnCall = (segment: Pick<Segment, 'enteredAt' | 'endedAt'>): boolean =>
  segment.enteredAt !== null && segment.endedAt === null;
export const isRinging = (segment: Pick<Segment, 'rangAt' | 'enteredAt' | 'endedAt'>): boolean =>
  segment.rangAt !== null && segment.enteredAt === null && segment.endedAt === null;

export const queueOf = ({ queue }: { readonly queue: string | null }): string => queue ?? '';

export function endSegment(segment: Writable<Segment>, end: SegmentEnd, at: number): void {
  segment.endedAt = at;
  segment.end = end;
}

/** Ends the open segments that `which` chooses. */
export function endSegments(
  { segments, life }: Playing,
  which: (segment: Segment) => boolean,
  { end, at }: { end: SegmentEnd; at: number },
): void {
  for (let i = life.firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment?.endedAt === null && which(segment)) endSegment(segment, end, at);
  }
}

/** The open segment of an agent: there is at most one. */
export function openSegmentOf({ segments, life }: Playing, actor: string): Writable<Segment> | undefined {
  for (let i = segments.length - 1; i >= life.firstSegment; i--) {
    const segment = segments[i];
    if (segment?.actor === actor && segment.endedAt === null) return segment;
  }
  return undefined;
}

export const hasSegmentOf = ({ segments, life }: Playing, actor: string): boolean =>
  segments.some((segment, i) => i >= life.firstSegment && segment.actor === actor);

/** Whether an agent of this queue is on the call. */
export const isServed = ({ segments, life }: Playing, queue: string): boolean =>
  segments.some((segment, i) => i >= life.firstSegment && isOnCall(segment) && queueOf(segment) === queue);
