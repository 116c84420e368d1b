import { applyLate } from './agent-transitions.ts';
import type { Call } from './call.ts';
import type { Fact } from './fact.ts';
import { beginLife } from './life-state.ts';
import { endImported, withoutImportedEnds } from './imported.ts';
import type { CallHistory, LifeState } from './life-state.ts';
import { livesOf } from './lives.ts';
import type { LifeSpan } from './lives.ts';
import { partiesOf } from './parties.ts';
import { codeOf, lastQueueOf, receptionsOf, recordingOf } from './summary.ts';
import { breakTies } from './tie-break.ts';
import { transitions } from './transitions.ts';
import { firstFactsMax, lastFactsMax, playedFactsMax } from './union.ts';
import type { FactSet } from './union.ts';

/**
 * Derives a call from its facts: applies them to its state in the order of their own times, as a replay of events does. Pure:
 * the same facts give the same call. The facts up to some time give the call as of that time.
 * @param facts of one call, from {@link factSet} or `union`; at least one
 * @param later what is known of the call after these facts. Not played; but an imported call that goes on has not ended yet
 */
export function play(callId: string, facts: FactSet, later: readonly Fact[] = []): Call {
  const bounded = facts.length <= playedFactsMax ? facts : firstAndLast(facts);
  const { facts: played, endsWithLast } = withoutImportedEnds(bounded, later);
  const lives = livesOf(played);
  const history: CallHistory = { visits: [], segments: [] };
  // All lives add to the history; the state of the last one is the state of the call.
  let life = beginLife(history, 0, false);
  for (const span of lives) life = playLife(history, played, span);
  const importedUntil = endsWithLast ? (played.at(-1)?.at ?? 0) : null;
  if (importedUntil !== null) endImported(life, importedUntil);
  const { from = 0, end = -1 } = lives.at(-1) ?? {};
  const { id, lastId, createdAt, updatedAt, lastEventAt, delayMs, heardAt } = receptionsOf(bounded);
  const { direction, ourNumber, theirNumber, theirNumberType } = partiesOf(played, lives);
  const { visits, waiting } = life;
  const { segments } = history;
  const { state, stateAt, isOpened, waitingAt, answeredAt, answeredLastAt, abandonedAt } = life;
  const beganAt = played[from]?.at ?? 0;
  const finishedAt = end < 0 ? importedUntil : (played[end]?.at ?? null);
  const waitingSince = waitingAt === null ? null : (visits.at(-1)?.waitingAt ?? null);
  const queue = waiting ? waiting.queue || null : lastQueueOf(played, from);
  // Written out: object spread takes several times as long, and this runs for every change of a call.
  return {
    callId, id, lastId, state, stateAt, isOpened, beganAt, finishedAt, direction, ourNumber, theirNumber, theirNumberType, queue,
    recordingUrl: recordingOf(played), code: codeOf(played), waitingAt, waitingSince, answeredAt, answeredLastAt, abandonedAt,
    createdAt, updatedAt, lastEventAt, delayMs, heardAt, isLong: bounded !== facts, visits, segments,
  }; // prettier-ignore
}

const firstAndLast = (facts: FactSet): readonly Fact[] => [
  ...facts.slice(0, firstFactsMax),
  ...facts.slice(facts.length - lastFactsMax),
];

/** Plays one life; facts of the same time are ordered together. */
function playLife(history: CallHistory, facts: readonly Fact[], span: LifeSpan): LifeState {
  const { from, to, end, hasAgentEntered } = span;
  const life = beginLife(history, facts[from]?.at ?? 0, hasAgentEntered);
  const firstLate = end < 0 ? to : end + 1;
  for (let first = from; first < firstLate;) {
    let next = first + 1;
    while (next < firstLate && facts[next]?.at === facts[first]?.at) next++;
    if (next > first + 1) for (const fact of breakTies(life, facts.slice(first, next))) playFact(life, fact);
    else playFact(life, facts[first]);
    first = next;
  }
  for (let late = firstLate; late < to; late++) {
    const fact = facts[late];
    if (fact) applyLate(life, fact);
  }
  return life;
}

const playFact = (life: LifeState, fact: Fact | undefined): void => {
  if (fact) transitions.get(fact.kind)?.(life, fact);
};
