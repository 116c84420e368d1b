import type { Fact } from './fact.ts';

/** A call begins a new life only this long after its end, in ms; belongs to the projection version. */
const comebackMsMin = 2_000;

/**
 * One life of a call: from a beginning to the end, as indexes of its facts. A call whose id is used again after its end has
 * another life.
 */
export interface LifeSpan {
  /** Index of its first fact. */
  readonly from: number;
  /** Index after its last fact. */
  readonly to: number;
  /** Index of the last fact that ends it, after which nothing opens; −1 while it is not ended. */
  readonly end: number;
  /** Whether any agent entered the call: then a dialer's failure does not end it. */
  readonly hasAgentEntered: boolean;
}

const isDialerFailure = (kind: string): boolean =>
  kind === 'dialer.failure' || kind === 'dialer.expired' || kind === 'dialer.exceeded';

/** The lives of a call in order, at least one. */
export function livesOf(facts: readonly Fact[]): readonly LifeSpan[] {
  const lives: LifeSpan[] = [];
  let from = 0;
  let [finished, failed, end] = [-1, -1, -1];
  let hasAgentEntered = false;
  let i = 0;
  for (const fact of facts) {
    const endFact = end < 0 ? undefined : facts[end];
    if (endFact && isComeback(fact, endFact)) {
      const to = firstOfSameTime(facts, i);
      lives.push({ from, to, end, hasAgentEntered });
      from = to;
      finished = failed = -1;
      hasAgentEntered = false;
    }
    if (fact.kind === 'call.finished') finished = i;
    if (fact.kind === 'actor.entered') hasAgentEntered = true;
    if (isDialerFailure(fact.kind)) failed = i;
    end = hasAgentEntered ? finished : Math.max(finished, failed);
    i++;
  }
  lives.push({ from, to: facts.length, end, hasAgentEntered });
  return lives;
}

/** Whether a fact begins a new life. If it was received before the end, it is a late event of the life that ended. */
const isComeback = (fact: Fact, end: Fact): boolean =>
  (fact.kind === 'call.new' || fact.kind === 'call.waiting') &&
  sinceMs(fact, end) > comebackMsMin &&
  fact.receivedAt >= end.receivedAt;

/** Time from the end to a fact, in ms; −Infinity if their clocks cannot be compared. */
function sinceMs({ clock, at, ownAt }: Fact, end: Fact): number {
  if (clock === 'own' || clock === 'imported') return at - end.at;
  return clock === 'ahead' && end.clock === 'ahead' ? (ownAt ?? 0) - (end.ownAt ?? 0) : -Infinity;
}

function firstOfSameTime(facts: readonly Fact[], i: number): number {
  let first = i;
  while (facts[first - 1]?.at === facts[i]?.at) first--;
  return first;
}
