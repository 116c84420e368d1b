import type { Fact } from './fact.ts';
import { lastSegmentOf } from './life-segments.ts';
import { recentVisit } from './life-state.ts';
import type { LifeState } from './life-state.ts';

/** What facts of the same time say, indexed: an imported call may have a thousand of one second. */
interface SameTime {
  readonly hasWait: boolean;
  /** The last wait in each queue. */
  readonly lastWaitIn: ReadonlyMap<string | null, Fact>;
  /** Event id of the last fact by which each agent comes to the call. */
  readonly lastReturnOf: ReadonlyMap<string | null, number>;
}

/**
 * Orders facts of the same time. A fact that ends what was open before comes before the facts that open its successor.
 * Otherwise the successor would be opened first, and ended at once.
 * @param facts all of one time, in the order of {@link compareFacts}
 */
export function breakTies(life: LifeState, facts: readonly Fact[]): readonly Fact[] {
  if (!facts.some(isWait) && !facts.some(isDeparture)) return facts;
  const sameTime = indexSameTime(facts);
  const endings = new Set(facts.filter((fact) => endsEarlierState(life, fact, sameTime)));
  const exits = new Set(facts.filter((fact) => endsWaitOfSameTime(life, fact, sameTime)));
  if (endings.size === 0 && exits.size === 0) return facts;
  const others = facts.filter((fact) => !endings.has(fact) && !exits.has(fact));
  // Waits are among the others.
  const exitsAfter = Map.groupBy(exits, ({ queue }) => sameTime.lastWaitIn.get(queue));
  return [...endings, ...others.flatMap((fact) => [fact, ...(exitsAfter.get(fact) ?? [])])];
}

function indexSameTime(facts: readonly Fact[]): SameTime {
  const waits = facts.filter(({ kind }) => kind === 'call.waiting');
  const returns = facts.filter(({ kind }) => kind === 'actor.entered' || kind === 'actor.ringing');
  const lastReturnOf = new Map<string | null, number>();
  for (const { actor, id } of returns) lastReturnOf.set(actor, Math.max(id, lastReturnOf.get(actor) ?? id));
  return {
    hasWait: facts.some(isWait),
    lastWaitIn: new Map(waits.map((wait) => [wait.queue, wait])),
    lastReturnOf,
  };
}

/** Whether a queue lets a caller out in the same second in which the caller came: else it did so before the waits of this time. */
function endsWaitOfSameTime(life: LifeState, fact: Fact, { lastWaitIn }: SameTime): boolean {
  if (!letsOut.has(fact.kind) || !lastWaitIn.has(fact.queue)) return false;
  const outcome = recentVisit(life, fact)?.outcome;
  return !endsWait(life, fact, false) && outcome !== 'abandoned' && outcome !== 'by_key';
}
const letsOut: ReadonlySet<string> = new Set(['call.queue-timeout', 'call.queue-emptied', 'call.queue-withdrawn']);

function endsEarlierState(life: LifeState, fact: Fact, sameTime: SameTime): boolean {
  switch (fact.kind) {
    // The caller waits again at this time: the abandon, the exit or the answer belongs to the wait before.
    case 'call.queue-abandon':
    case 'call.queue-left':
      return endsWait(life, fact, fact.queue === null) && sameTime.hasWait;
    case 'actor.entered':
      return endsWait(life, fact, false) && sameTime.hasWait;
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

const isDeparture = ({ kind }: Fact): boolean => kind === 'actor.left' || kind === 'actor.noanswer';

const hasOpenSegment = (life: LifeState, { actor }: Fact): boolean =>
  actor !== null && lastSegmentOf(life.segments, actor)?.endedAt === null;

function endsEarlierSegment({ actor, id }: Fact, { hasWait, lastReturnOf }: SameTime): boolean {
  const returnId = lastReturnOf.get(actor);
  return returnId === undefined ? hasWait : returnId > id;
}
