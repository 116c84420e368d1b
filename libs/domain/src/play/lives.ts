import type { Fact } from './fact.ts';

/** A call is back when it begins again so much after its end, in ms; belongs to the projection version. */
export const comebackMsMin = 2_000;

/** Where the lives of a call are cut: each begins with a fact that came after an end. */
export interface Lives {
  /** Ends after which nothing opens but another life. */
  readonly ends: ReadonlySet<Fact>;
  readonly comebacks: ReadonlySet<Fact>;
}

/**
 * The lives of a call: it is over from its last end on, unless it comes back. Of several ends without a comeback between
 * them, the last is the end.
 * @param isEnd whether a fact ends this call
 */
export function livesOf(facts: readonly Fact[], isEnd: (fact: Fact) => boolean): Lives {
  const ends = new Set<Fact>();
  const comebacks = new Set<Fact>();
  let end: Fact | undefined;
  let isBack = false;
  for (const fact of facts) {
    if (end && !isBack && isComeback(fact, end)) {
      ends.add(end);
      comebacks.add(fact);
      isBack = true;
    }
    if (!isEnd(fact)) continue;
    end = fact;
    isBack = false;
  }
  if (end) ends.add(end);
  return { ends, comebacks };
}

/** By its own time after the end, and received no earlier than the end: else it is a late word of the life before. */
const isComeback = ({ kind, clock, at, receivedAt }: Fact, end: Fact): boolean =>
  (kind === 'call.new' || kind === 'call.waiting') &&
  clock === 'own' &&
  at > end.at + comebackMsMin &&
  receivedAt >= end.receivedAt;
