import type { Fact } from './fact.ts';

/** A call is back when it begins again so much after its end, in ms; belongs to the projection version. */
const comebackMsMin = 2_000;

/** From a beginning to the end: a call whose id comes back lives again. Places are those of its facts. */
export interface Life {
  /** Place of its first fact. */
  readonly from: number;
  /** Behind its last fact; the next life begins there. */
  readonly to: number;
  /** Place of its end, after which nothing opens: the last, if there are several; −1 while it goes on. */
  readonly end: number;
  /** Whether any agent entered it: then a dialer's failure does not end it. */
  readonly isEntered: boolean;
}

const isDialerFailure = (kind: string): boolean =>
  kind === 'dialer.failure' || kind === 'dialer.expired' || kind === 'dialer.exceeded';

/** The lives of a call, at least one: it is over from its last end on, unless it comes back. */
export function livesOf(facts: readonly Fact[]): readonly Life[] {
  const lives: Life[] = [];
  let from = 0;
  let [finished, failed, end] = [-1, -1, -1];
  let isEntered = false;
  let i = 0;
  for (const fact of facts) {
    const over = end < 0 ? undefined : facts[end];
    if (over && isComeback(fact, over)) {
      const to = beginningOfMoment(facts, i);
      lives.push({ from, to, end, isEntered });
      from = to;
      finished = failed = -1;
      isEntered = false;
    }
    if (fact.kind === 'call.finished') finished = i;
    if (fact.kind === 'actor.entered') isEntered = true;
    if (isDialerFailure(fact.kind)) failed = i;
    end = isEntered ? finished : Math.max(finished, failed);
    i++;
  }
  lives.push({ from, to: facts.length, end, isEntered });
  return lives;
}

/** By its own time after the end, and received no earlier than the end: else it is a late word of the life before. */
const isComeback = (fact: Fact, end: Fact): boolean =>
  (fact.kind === 'call.new' || fact.kind === 'call.waiting') &&
  sinceMs(fact, end) > comebackMsMin &&
  fact.receivedAt >= end.receivedAt;

/** How long after the end something happened; a time that was corrected tells that only where the end's was, too. */
function sinceMs({ clock, at, ownAt }: Fact, end: Fact): number {
  if (clock === 'own') return at - end.at;
  return clock === 'ahead' && end.clock === 'ahead' ? (ownAt ?? 0) - (end.ownAt ?? 0) : -Infinity;
}

function beginningOfMoment(facts: readonly Fact[], i: number): number {
  let first = i;
  while (facts[first - 1]?.at === facts[i]?.at) first--;
  return first;
}
