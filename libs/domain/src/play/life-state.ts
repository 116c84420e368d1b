import type { CallState } from '../kinds.ts';
import type { Outcome, Visit } from './call.ts';
import { beginSegments, hasAgentOnCall, isSoonAfter } from './life-segments.ts';
import type { LifeSegments } from './life-segments.ts';

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
  readonly segments: LifeSegments;
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
export interface CallHistory {
  readonly visits: Mutable<Visit>[];
  readonly segments: LifeSegments['all'];
}

/** The state at the beginning of a life, at `beganAt`: nothing of the life before is open. */
export const beginLife = ({ visits, segments }: CallHistory, beganAt: number, hasAgentEntered: boolean): LifeState => ({
  visits,
  segments: beginSegments(segments),
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
  setState(life, hasAgentOnCall(life.segments) ? 'ONGOING' : 'STANDBY', at);
}

/** The open visit, if it is in the queue of the fact, or the fact names none. */
export const waitOf = (
  { waiting }: Pick<LifeState, 'waiting'>,
  { queue }: { readonly queue: string | null },
): Mutable<Visit> | null => (waiting && (queue === null || queue === waiting.queue) ? waiting : null);

/** The latest visit, if it ended so recently, in the queue of the fact or in any, that a fact may still say why. */
export function recentVisit(
  { visits, waiting }: LifeState,
  { queue, at }: { readonly queue: string | null; readonly at: number },
): Mutable<Visit> | undefined {
  const visit = visits.at(-1);
  if (waiting || !visit || !isSoonAfter(at, visit.endedAt)) return undefined;
  return queue === null || queue === visit.queue ? visit : undefined;
}
