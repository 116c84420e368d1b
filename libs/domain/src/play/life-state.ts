import type { CallState } from '../kinds.ts';
import type { Outcome, Segment, SegmentEnd, Visit } from './call.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * State of one life of a call while its facts are played. The functions in transitions.ts change it. `state` begins as NEW:
 *
 *   any state ── standby ──▶ STANDBY
 *   any state ── wait ─────▶ WAITING    (ONGOING, if an agent of that queue is on the call)
 *   any state ── answer ───▶ ONGOING    (unchanged, if it answers an earlier wait)
 *   WAITING ──── abandon ──▶ STANDBY    (ONGOING, if an agent is on the call)
 *   any state ── end ──────▶ FINISHED
 */
export interface LifeState {
  /** Of all lives so far, the ones before included. */
  readonly visits: Mutable<Visit>[];
  readonly segments: Mutable<Segment>[];
  /** Index of the first segment of this life. */
  readonly firstSegment: number;
  /** Whether an agent enters at any time in this life: then a dialer's failure does not end the call. */
  readonly hasAgentEntered: boolean;
  /** From here to `abandonedAt`, fields of {@link Call}. */
  isOpened: boolean;
  state: CallState;
  stateAt: number;
  waitingAt: number | null;
  answeredAt: number | null;
  answeredLastAt: number | null;
  abandonedAt: number | null;
  /** The open visit, while the caller waits. */
  waiting: Mutable<Visit> | null;
  /** Time of the latest wait, repeated waits included. */
  waitedLastAt: number;
  /** The visit that the caller abandoned last, until the end of the call: another wait turns it into an overflow. */
  abandoned: Mutable<Visit> | null;
  /** Time of the latest answer, if it named no agent and none was on the call. */
  unnamedAnswerAt: number;
  /** Time of the latest request of an attended transfer. */
  transferRequestedAt: number;
}

/** Visits and segments so far, of all lives. */
export type CallHistory = Pick<LifeState, 'visits' | 'segments'>;

/** The state at the beginning of a life, at `beganAt`: nothing of the life before is open. */
export const beginLife = ({ visits, segments }: CallHistory, beganAt: number, hasAgentEntered: boolean): LifeState => ({
  visits,
  segments,
  firstSegment: segments.length,
  hasAgentEntered,
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
  transferRequestedAt: -Infinity,
});

export function setState(life: LifeState, state: CallState, at: number): void {
  if (life.state === state) return;
  life.state = state;
  life.stateAt = at;
}

/** Ends the open visit, if there is one. */
export function endVisit(life: LifeState, outcome: Exclude<Outcome, 'open'>, at: number): void {
  const { waiting } = life;
  if (!waiting) return;
  waiting.endedAt = at;
  waiting.outcome = outcome;
  waiting.waitMs = outcome === 'flowed_out' ? null : at - waiting.waitingAt;
  life.waiting = null;
}

/** Ends the open visit, if there is one; the caller talks to an agent who is on the call, or to nobody. */
export function leaveWait(life: LifeState, outcome: Exclude<Outcome, 'open'>, at: number): void {
  endVisit(life, outcome, at);
  setState(life, hasAgentOnCall(life) ? 'ONGOING' : 'STANDBY', at);
}

/** The open visit, if it is in the queue of the fact, or the fact names none. */
export const waitOf = (
  { waiting }: Pick<LifeState, 'waiting'>,
  { queue }: { readonly queue: string | null },
): Mutable<Visit> | null => (waiting && (queue === null || queue === waiting.queue) ? waiting : null);

/**
 * Longest time between the facts that say that something ended and those that say why, in ms; belongs to the projection
 * version. An Asterisk says it within 3 ms.
 */
const explainedMsMax = 2_000;

export const isSoonAfter = (at: number, end: number | null): boolean => end !== null && at - end <= explainedMsMax;

/** The latest visit, if it ended so recently, in the queue of the fact or in any, that a fact may still say why. */
export function recentVisit(
  { visits, waiting }: LifeState,
  { queue, at }: { readonly queue: string | null; readonly at: number },
): Mutable<Visit> | undefined {
  const visit = visits.at(-1);
  if (waiting || !visit || !isSoonAfter(at, visit.endedAt)) return undefined;
  return queue === null || queue === visit.queue ? visit : undefined;
}

/** Says why rings were cancelled a moment ago. */
export function explainCancelled({ segments, firstSegment }: LifeState, end: SegmentEnd, at: number): void {
  for (let i = firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment?.end === 'cancelled' && isSoonAfter(at, segment.endedAt)) segment.end = end;
  }
}

/** Whether the agent is on the call by the facts of this call alone; {@link callActivity} adds those of other calls. */
export const isOnCall = (segment: Pick<Segment, 'enteredAt' | 'endedAt'>): boolean =>
  segment.enteredAt !== null && segment.endedAt === null;

/** Whether the agent's phone rings by the facts of this call alone. */
export const isRinging = (segment: Pick<Segment, 'rangAt' | 'enteredAt' | 'endedAt'>): boolean =>
  segment.rangAt !== null && segment.enteredAt === null && segment.endedAt === null;

/** The queue of a call's fact or segment; '' if it names none, which counts as a queue of its own. */
export const queueOf = ({ queue }: { readonly queue: string | null }): string => queue ?? '';

export function endSegment(segment: Mutable<Segment>, end: SegmentEnd, at: number): void {
  segment.endedAt = at;
  segment.end = end;
}

/** Ends those open segments of this life for which `isEnded` holds. */
export function endSegments(
  { segments, firstSegment }: LifeState,
  isEnded: (segment: Segment) => boolean,
  { end, at }: { end: SegmentEnd; at: number },
): void {
  for (let i = firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment?.endedAt === null && isEnded(segment)) endSegment(segment, end, at);
  }
}

/** The latest segment of an agent in this life: the only one of that agent that can be open. */
export function lastSegmentOf({ segments, firstSegment }: LifeState, actor: string): Mutable<Segment> | undefined {
  for (let i = segments.length - 1; i >= firstSegment; i--) if (segments[i]?.actor === actor) return segments[i];
  return undefined;
}

/** Whether any agent is on the call; with `queue`, an agent of this queue. */
export function hasAgentOnCall({ segments, firstSegment }: LifeState, queue?: string): boolean {
  for (let i = firstSegment; i < segments.length; i++) {
    const segment = segments[i];
    if (segment && isOnCall(segment) && (queue === undefined || queueOf(segment) === queue)) return true;
  }
  return false;
}
