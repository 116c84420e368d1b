import { applyLate } from './agent-transitions.ts';
import type { Call } from './call.ts';
import type { Fact } from './fact.ts';
import { livesOf } from './lives.ts';
import type { Life } from './lives.ts';
import { breakTies } from './tie-break.ts';
import { partiesOf } from './parties.ts';
import { beginLife } from './life-state.ts';
import type { LifeState, CallHistory } from './life-state.ts';
import { transitions } from './transitions.ts';
import { codeOf, lastQueueOf, receptionsOf, recordingOf } from './summary.ts';
import { firstFactsMax, lastFactsMax, playedFactsMax } from './union.ts';
import type { FactSet } from './union.ts';

/**
 * A call as its facts tell it, played in the order of their own times. Pure: the same facts give the same call, whenever
 * and wherever they are played; those up to a moment give the call as of that moment.
 * @param facts of one call, as {@link factSet} and `union` make them; at least one
 */
export function play(callId: string, facts: FactSet): Call {
  const played = facts.length <= playedFactsMax ? facts : firstAndLast(facts);
  const lives = livesOf(played);
  const told: CallHistory = { visits: [], segments: [] };
  // Each life begins where the one before ended, so that all of them are told, and the last is the one that is on.
  let playing = beginLife(told, 0, false);
  for (const life of lives) playing = playLife(told, played, life);
  const { from = 0, end = -1 } = lives.at(-1) ?? {};
  const { id, lastId, createdAt, updatedAt, lastEventAt, delayMs, heardAt } = receptionsOf(played);
  const { direction, ourNumber, theirNumber, theirNumberType } = partiesOf(played, lives);
  const { visits, segments, waiting } = playing;
  const { state, stateAt, isOpened, waitingAt, answeredAt, answeredLastAt, abandonedAt } = playing;
  const beganAt = played[from]?.at ?? 0;
  const finishedAt = end < 0 ? null : (played[end]?.at ?? null);
  const waitingSince = waitingAt === null ? null : (visits.at(-1)?.waitingAt ?? null);
  const queue = waiting ? waiting.queue || null : lastQueueOf(played, from);
  // Written out: objects that are spread into others take several times as long, and this runs for every change of a call.
  return {
    callId, id, lastId, state, stateAt, isOpened, beganAt, finishedAt, direction, ourNumber, theirNumber, theirNumberType, queue,
    recordingUrl: recordingOf(played), code: codeOf(played), waitingAt, waitingSince, answeredAt, answeredLastAt, abandonedAt,
    createdAt, updatedAt, lastEventAt, delayMs, heardAt, isLong: played !== facts, visits, segments,
  }; // prettier-ignore
}

const firstAndLast = (facts: FactSet): readonly Fact[] => [
  ...facts.slice(0, firstFactsMax),
  ...facts.slice(facts.length - lastFactsMax),
];

/** Plays one life, moment by moment. */
function playLife(told: CallHistory, facts: readonly Fact[], { from, to, end, isEntered }: Life): LifeState {
  const playing = beginLife(told, facts[from]?.at ?? 0, isEntered);
  const behind = end < 0 ? to : end + 1;
  for (let first = from; first < behind;) {
    let next = first + 1;
    while (next < behind && facts[next]?.at === facts[first]?.at) next++;
    playMoment(playing, facts, first, next);
    first = next;
  }
  for (let late = behind; late < to; late++) {
    const fact = facts[late];
    if (fact) applyLate(playing, fact);
  }
  return playing;
}

function playMoment(playing: LifeState, facts: readonly Fact[], first: number, next: number): void {
  const fact = facts[first];
  if (fact && next === first + 1) return transitions.get(fact.kind)?.(playing, fact);
  for (const of of breakTies(playing, facts.slice(first, next))) transitions.get(of.kind)?.(playing, of);
}
