import type { Outcome, Visit } from './call.ts';
import { openCall, overflowAbandoned } from './caller-transitions.ts';
import type { Fact } from './fact.ts';
import { endVisit, hasAgentOnCall, queueOf, recentVisit, setState } from './life-state.ts';
import type { LifeState, Mutable } from './life-state.ts';

/** The caller left the queue. If no other fact says why, it was by a key. */
export function leaveQueue(life: LifeState, { queue, at }: Fact): void {
  if (!life.waiting || (queue !== null && queue !== life.waiting.queue)) return;
  exit(life, 'by_key', at);
}

/** The queue let the caller out, or somebody took the caller out of it. */
export const exitAs =
  (outcome: Outcome & ('timed_out' | 'empty' | 'withdrawn')) =>
  (life: LifeState, fact: Fact): void => {
    const { waiting } = life;
    if (waiting && (fact.queue === null || fact.queue === waiting.queue)) return exit(life, outcome, fact.at);
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
    endVisit(life, 'flowed_out', at);
    overflowAbandoned(life);
    life.visits.push({ queue: queueOf(fact), waitingAt: at, endedAt: at, outcome, waitMs: null, actor: null });
    life.waitingAt ??= at;
    setState(life, hasAgentOnCall(life) ? 'ONGOING' : 'STANDBY', at);
  };

function exit(life: LifeState, outcome: 'by_key' | 'timed_out' | 'empty' | 'withdrawn', at: number): void {
  endVisit(life, outcome, at);
  setState(life, hasAgentOnCall(life) ? 'ONGOING' : 'STANDBY', at);
}

/** The abandon was an exit for another reason. */
function forgetAbandon(life: LifeState, visit: Mutable<Visit>): void {
  life.abandoned = null;
  if (life.abandonedAt === visit.endedAt) life.abandonedAt = null;
}
