import type { Fact } from './fact.ts';
import { endSegments, endVisit, isRinging, hasAgentOnCall, queueOf, setState } from './life-state.ts';
import type { LifeState } from './life-state.ts';

/** There is a call. Anything else that names one is kept, and makes no current call of it by itself. */
export function openCall(playing: LifeState): void {
  playing.isOpened = true;
}

export function standby(playing: LifeState, { at }: Fact): void {
  openCall(playing);
  endVisit(playing, 'flowed_out', at);
  setState(playing, 'STANDBY', at);
}

export function overflow(playing: LifeState, { destination, at }: Fact): void {
  if (destination === null) openCall(playing);
  else waitIn(playing, destination, at);
}

export function requestTransfer(playing: LifeState, { at }: Fact): void {
  playing.transferAskedAt = at;
}

export const wait = (playing: LifeState, fact: Fact): void => waitIn(playing, queueOf(fact), fact.at);

/** A wait in a queue. While the caller waits there already, or an agent of the queue is on the call, it is a repeat. */
function waitIn(playing: LifeState, queue: string, at: number): void {
  openCall(playing);
  endSegments(
    playing,
    (segment) =>
      queueOf(segment) !== queue &&
      (segment.enteredAt === null
        ? (segment.rangLastAt ?? 0) < at
        : segment.enteredAt < at && playing.transferAskedAt < segment.enteredAt),
    { end: 'transferred', at },
  );
  playing.waitedLastAt = at;
  if (playing.waiting?.queue === queue) return;
  endVisit(playing, 'flowed_out', at);
  if (hasAgentOnCall(playing, queue)) return setState(playing, 'ONGOING', at);
  overflowAbandoned(playing);
  playing.waiting = { queue, waitingAt: at, endedAt: null, outcome: 'open', waitMs: null, actor: null };
  playing.visits.push(playing.waiting);
  playing.waitingAt ??= at;
  playing.state = 'WAITING';
  playing.stateAt = at;
}

/** Who waits again has not left: the visit before was an overflow. */
function overflowAbandoned(playing: LifeState): void {
  if (!playing.abandoned) return;
  playing.abandoned.outcome = 'flowed_out';
  playing.abandoned.waitMs = null;
  playing.abandoned = null;
}

/** Somebody answers: the caller waits no longer, and nobody else's phone rings. */
export function answer(playing: LifeState, fact: Fact): void {
  const { actor, at } = fact;
  const { waiting } = playing;
  openCall(playing);
  if (waiting && isAnswerOf(playing, waiting.queue, fact)) {
    waiting.actor = actor;
    endVisit(playing, 'answered', at);
  }
  endSegments(playing, isRinging, { end: 'answered_elsewhere', at });
  playing.answeredAt ??= at;
  playing.answeredLastAt = at;
  playing.unnamedAnswerAt = hasAgentOnCall(playing) ? -Infinity : at;
  if (!playing.waiting) setState(playing, 'ONGOING', at);
}

/** In the moment of a wait, an agent of another queue answers what was before it. */
const isAnswerOf = ({ waitedLastAt }: LifeState, waitsIn: string, { kind, queue, at }: Fact): boolean =>
  waitedLastAt < at || kind === 'call.ongoing' || queue === null || queue === waitsIn;

/** The caller leaves a queue: the one that is named, or wherever the caller waits. */
export function abandon(playing: LifeState, { queue, at }: Fact): void {
  const { waiting } = playing;
  endSegments(playing, isRinging, { end: 'abandoned', at });
  playing.abandonedAt ??= at;
  if (!waiting || (queue !== null && queue !== waiting.queue)) return;
  endVisit(playing, 'abandoned', at);
  playing.abandoned = waiting;
  setState(playing, hasAgentOnCall(playing) ? 'ONGOING' : 'STANDBY', at);
}

export function end(playing: LifeState, { at }: Fact): void {
  endVisit(playing, 'abandoned', at);
  playing.abandoned = null;
  endSegments(playing, () => true, { end: 'finished', at });
  setState(playing, 'FINISHED', at);
}

export function endAttempt(playing: LifeState, fact: Fact): void {
  if (!playing.isEntered) end(playing, fact);
}
