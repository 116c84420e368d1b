import type { CallState } from '../kinds.ts';
import type { Outcome, Segment, SegmentEnd, Visit } from './call.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is true of a call at one moment of a life; what was true before is in `visits` and `segments`. */
export interface LifeState {
  readonly visits: Mutable<Visit>[];
  readonly segments: Mutable<Segment>[];
  /** Index of the first segment of this life. */
  readonly firstSegment: number;
  /** Whether an agent enters at some time: then a dialer's failure is no end. */
  readonly isEntered: boolean;
  /** From here to `abandonedAt`, fields of {@link Call}. */
  isOpened: boolean;
  state: CallState;
  stateAt: number;
  waitingAt: number | null;
  answeredAt: number | null;
  answeredLastAt: number | null;
  abandonedAt: number | null;
  /** The open visit: the caller waits. */
  waiting: Mutable<Visit> | null;
  /** Latest word that the caller waits, repeated waits included. */
  waitedLastAt: number;
  /** The visit that the caller abandoned last, until the end: another wait makes an overflow of it. */
  abandoned: Mutable<Visit> | null;
  /** Latest answer, if it named nobody and nobody was on the call. */
  unnamedAnswerAt: number;
  /** Latest request of an attended transfer. */
  transferAskedAt: number;
}

/** What is told so far, of all lives. */
export type CallHistory = Pick<LifeState, 'visits' | 'segments'>;

/** At the beginning of a life, at `beganAt`: nothing of the life before is open. */
export const beginLife = ({ visits, segments }: CallHistory, beganAt: number, isEntered: boolean): LifeState => ({
  visits,
  segments,
  firstSegment: segments.length,
  isEntered,
  isOpened: false,
  state: 'NEW',
  stateAt: beganAt,
  waitingAt: null,
  answeredAt: null,
  answeredLastAt: null,
  abandonedAt: null,
  waiting: null,
  waitedLastAt: -Infinity,
  abandoned: null,
  unnamedAnswerAt: -Infinity,
  transferAskedAt: -Infinity,
});

export function setState(playing: LifeState, state: CallState, at: number): void {
  if (playing.state === state) return;
  playing.state = state;
  playing.stateAt = at;
}

/** Ends the open visit, if there is one. */
export function endVisit(playing: LifeState, outcome: Exclude<Outcome, 'open'>, at: number): void {
  const { waiting } = playing;
  if (!waiting) return;
  waiting.endedAt = at;
  waiting.outcome = outcome;
  waiting.waitMs = outcome === 'flowed_out' ? null : at - waiting.waitingAt;
  playing.waiting = null;
}

/** Whether the agent is on the call, as far as its facts tell; whether that still holds: {@link onCalls}. */
export const isOnCall = (segment: Pick<Segment, 'enteredAt' | 'endedAt'>): boolean =>
  segment.enteredAt !== null && segment.endedAt === null;

/** Whether the agent's phone rings, as far as the call's facts tell. */
export const isRinging = (segment: Pick<Segment, 'rangAt' | 'enteredAt' | 'endedAt'>): boolean =>
  segment.rangAt !== null && segment.enteredAt === null && segment.endedAt === null;

/** '' if none was named: for calls, that is a queue of its own. */
export const queueOf = ({ queue }: { readonly queue: string | null }): string => queue ?? '';

export function endSegment(segment: Mutable<Segment>, end: SegmentEnd, at: number): void {
  segment.endedAt = at;
  segment.end = end;
}

/** Ends the open segments that `which` chooses. */
export function endSegments(
  { segments, firstSegment }: LifeState,
  which: (segment: Segment) => boolean,
  { end, at }: { end: SegmentEnd; at: number },
): void {
  for (let i = firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment?.endedAt === null && which(segment)) endSegment(segment, end, at);
  }
}

/** The latest segment of an agent in this life; no other of the agent is open. */
export function lastSegmentOf({ segments, firstSegment }: LifeState, actor: string): Mutable<Segment> | undefined {
  for (let i = segments.length - 1; i >= firstSegment; i--) if (segments[i]?.actor === actor) return segments[i];
  return undefined;
}

/** Whether an agent is on the call; `queue`: an agent of this queue. */
export function hasAgentOnCall({ segments, firstSegment }: LifeState, queue?: string): boolean {
  for (let i = firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment && isOnCall(segment) && (queue === undefined || queueOf(segment) === queue)) return true;
  }
  return false;
}
