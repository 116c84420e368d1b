import type { Fact } from './fact.ts';
import { endRings, endSegments, explainCancelled, hasAgentOnCall } from './life-segments.ts';
import { endVisit, leaveWait, recentVisit, setState, waitOf } from './life-state.ts';
import type { Visit } from './call.ts';
import type { LifeState, Mutable } from './life-state.ts';
import { queueOf } from './segment-index.ts';

/** The fact proves that there is a call. Facts of other kinds are kept, but make no current call by themselves. */
export function openCall(life: LifeState): void {
  life.isOpened = true;
}

export function standby(life: LifeState, { at }: Fact): void {
  openCall(life);
  endVisit(life, 'flowed_out', at);
  setState(life, 'STANDBY', at);
}

export function overflow(life: LifeState, { destination, at }: Fact): void {
  if (destination === null) openCall(life);
  else waitIn(life, destination, at);
}

export function requestTransfer(life: LifeState, { at }: Fact): void {
  life.transferRequestedAt = at;
}

export const wait = (life: LifeState, fact: Fact): void => waitIn(life, queueOf(fact), fact.at);

/** The caller waits in a queue. It is a repeat if the caller waits there already, or an agent of the queue is on the call. */
function waitIn(life: LifeState, queue: string, at: number): void {
  openCall(life);
  endSegments(
    life.segments,
    { end: 'transferred', at },
    (segment) =>
      queueOf(segment) !== queue &&
      (segment.enteredAt === null
        ? (segment.rangLastAt ?? 0) < at
        : segment.enteredAt < at && life.transferRequestedAt < segment.enteredAt),
  );
  life.waitedLastAt = at;
  if (life.waiting?.queue === queue) return;
  endVisit(life, 'flowed_out', at);
  if (hasAgentOnCall(life.segments, queue)) return setState(life, 'ONGOING', at);
  overflowAbandoned(life);
  life.waiting = { queue, waitingAt: at, endedAt: null, outcome: 'open', waitMs: null, actor: null };
  life.visits.push(life.waiting);
  life.waitingAt ??= at;
  life.state = 'WAITING';
  life.stateAt = at;
}

/** A caller who waits again has not hung up: the abandoned visit was an overflow. */
export function overflowAbandoned(life: LifeState): void {
  if (!life.abandoned) return;
  life.abandoned.outcome = 'flowed_out';
  life.abandoned.waitMs = null;
  life.abandoned = null;
}

/** The call is answered: the wait ends, and so do the rings at all other agents. */
export function answer(life: LifeState, fact: Fact): void {
  const { actor, at } = fact;
  const { waiting } = life;
  openCall(life);
  if (waiting && answersWait(life, waiting.queue, fact)) {
    waiting.actor = actor;
    endVisit(life, 'answered', at);
  }
  const left = recentVisit(life, fact);
  if (left?.outcome === 'by_key') answerVisit(left, fact);
  endRings(life.segments, { end: 'answered_elsewhere', at });
  explainCancelled(life.segments, 'answered_elsewhere', at);
  talk(life, at);
  life.unnamedAnswerAt = hasAgentOnCall(life.segments) ? -Infinity : at;
}

/** The caller had left the queue for this answer. */
function answerVisit(visit: Mutable<Visit>, { actor, at }: Fact): void {
  visit.outcome = 'answered';
  visit.actor = actor;
  visit.endedAt = at;
  visit.waitMs = at - visit.waitingAt;
}

/** Somebody talks to the caller. */
export function talk(life: LifeState, at: number): void {
  life.answeredAt ??= at;
  life.answeredLastAt = at;
  if (!life.waiting) setState(life, 'ONGOING', at);
}

/** An answer by an agent of another queue, at the same time as the wait, belongs to an earlier wait. */
const answersWait = ({ waitedLastAt }: LifeState, waitingIn: string, { kind, queue, at }: Fact): boolean =>
  waitedLastAt < at || kind === 'call.ongoing' || queue === null || queue === waitingIn;

/** Whether the queue let the caller out: some systems say then that the caller left, too. */
const isLetOut = ({ outcome }: Visit): boolean =>
  outcome === 'timed_out' || outcome === 'empty' || outcome === 'withdrawn';

/** The caller leaves the queue that the fact names; if it names none, the queue in which the caller waits. */
export function abandon(life: LifeState, fact: Fact): void {
  const { at } = fact;
  endRings(life.segments, { end: 'abandoned', at });
  const recent = recentVisit(life, fact);
  if (recent && isLetOut(recent)) return;
  explainCancelled(life.segments, 'abandoned', at);
  life.abandonedAt ??= at;
  if (recent?.outcome === 'by_key') {
    recent.outcome = 'abandoned';
    life.abandoned = recent;
  }
  const abandoned = waitOf(life, fact);
  if (!abandoned) return;
  life.abandoned = abandoned;
  leaveWait(life, 'abandoned', at);
}

export function end(life: LifeState, { at }: Fact): void {
  endVisit(life, 'abandoned', at);
  life.abandoned = null;
  endSegments(life.segments, { end: 'finished', at });
  setState(life, 'FINISHED', at);
}

/** A dialer's attempt failed. */
export function endAttempt(life: LifeState, fact: Fact): void {
  if (!life.hasAgentEntered) end(life, fact);
}
