import type { Fact } from './fact.ts';
import { lastSegmentOf, recentVisit } from './life-state.ts';
import type { LifeState } from './life-state.ts';

/**
 * Orders facts of the same time. A fact that ends what was open before comes before the facts that open its successor.
 * Otherwise the successor would be opened first, and ended at once.
 * @param facts all of one time, in the order of {@link compareFacts}
 */
export function breakTies(life: LifeState, facts: readonly Fact[]): readonly Fact[] {
  const endings = facts.filter((fact) => endsEarlierState(life, fact, facts));
  const exits = facts.filter((fact) => endsWaitOfSameTime(life, fact, facts));
  if (endings.length === 0 && exits.length === 0) return facts;
  const others = facts.filter((fact) => !endings.includes(fact) && !exits.includes(fact));
  const lastWaits = new Set(exits.map((exit) => others.findLast((fact) => isWaitIn(fact, exit))));
  return [
    ...endings,
    ...others.flatMap((fact) =>
      lastWaits.has(fact) ? [fact, ...exits.filter((exit) => isWaitIn(fact, exit))] : [fact],
    ),
  ];
}

/** Whether a queue lets a caller out in the same second in which the caller came: else it did so before the waits of this time. */
function endsWaitOfSameTime(life: LifeState, fact: Fact, sameTime: readonly Fact[]): boolean {
  if (!letsOut.has(fact.kind) || !sameTime.some((other) => isWaitIn(other, fact))) return false;
  const outcome = recentVisit(life, fact)?.outcome;
  return !endsWait(life, fact, false) && outcome !== 'abandoned' && outcome !== 'by_key';
}
const letsOut = new Set(['call.queue-timeout', 'call.queue-emptied', 'call.queue-withdrawn']);
const isWaitIn = (fact: Fact, { queue }: Fact): boolean => fact.kind === 'call.waiting' && fact.queue === queue;

function endsEarlierState(life: LifeState, fact: Fact, sameTime: readonly Fact[]): boolean {
  switch (fact.kind) {
    // The caller waits again at this time: the abandon, the exit or the answer belongs to the wait before.
    case 'call.queue-abandon':
    case 'call.queue-left':
      return endsWait(life, fact, fact.queue === null) && sameTime.some(isWait);
    case 'actor.entered':
      return endsWait(life, fact, false) && sameTime.some(isWait);
    // The agent comes back later in the log; or the caller waits again, and the agent does not come back.
    case 'actor.left':
    case 'actor.noanswer':
      return hasOpenSegment(life, fact) && endsEarlierSegment(fact, sameTime);
    default:
      return false;
  }
}

const endsWait = ({ waiting }: LifeState, { queue }: Fact, isAnyQueue: boolean): boolean =>
  waiting !== null && (isAnyQueue || queue === waiting.queue);
const isWait = ({ kind }: Fact): boolean => kind === 'call.waiting' || kind === 'call.overflow';

const hasOpenSegment = (life: LifeState, { actor }: Fact): boolean =>
  actor !== null && lastSegmentOf(life, actor)?.endedAt === null;

function endsEarlierSegment({ actor, id }: Fact, sameTime: readonly Fact[]): boolean {
  const returns = sameTime.filter(
    (fact) => fact.actor === actor && (fact.kind === 'actor.entered' || fact.kind === 'actor.ringing'),
  );
  return returns.length === 0 ? sameTime.some(isWait) : returns.some((fact) => fact.id > id);
}
