import type { Outcome, Visit } from './call.ts';
import { openCall, overflowAbandoned } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { leaveWait, recentVisit, waitOf } from './life-state.ts';
import type { LifeState, Mutable } from './life-state.ts';
import { queueOf } from './segment-index.ts';

/** The caller left the queue. If no other fact says why, it was by a key. */
export function leaveQueue(life: LifeState, fact: Fact): void {
  if (waitOf(life, fact)) leaveWait(life, 'by_key', fact.at);
}

/** The queue let the caller out, or somebody took the caller out of it. */
export const exitAs =
  (outcome: Outcome & ('timed_out' | 'empty' | 'withdrawn')) =>
  (life: LifeState, fact: Fact): void => {
    if (waitOf(life, fact)) return leaveWait(life, outcome, fact.at);
    const recent = recentVisit(life, fact);
    if (recent?.outcome === 'abandoned') forgetAbandon(life, recent);
    else if (recent?.outcome !== 'by_key') return;
    recent.outcome = outcome;
  };

/** A queue did not let the caller in: a visit without a wait. */
export const refuseAs =
  (outcome: Outcome & ('full' | 'empty')) =>
  (life: LifeState, fact: Fact): void => {
    const { at } = fact;
    openCall(life);
    leaveWait(life, 'flowed_out', at);
    overflowAbandoned(life);
    life.visits.push({ queue: queueOf(fact), waitingAt: at, endedAt: at, outcome, waitMs: null, actor: null });
    life.waitingAt ??= at;
  };

/** The abandon, which may be later than the end of the visit, was an exit for another reason. */
function forgetAbandon(life: LifeState, { endedAt }: Mutable<Visit>): void {
  life.abandoned = null;
  if (life.abandonedAt !== null && endedAt !== null && life.abandonedAt >= endedAt) life.abandonedAt = null;
}
