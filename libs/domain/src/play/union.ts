import { compareFacts } from './fact.ts';
import type { Fact } from './fact.ts';

/** Most facts of a call that are played: of more, the first and the last. Belongs to the projection version. */
export const firstFactsMax = 256;
export const lastFactsMax = 768;
export const playedFactsMax = firstFactsMax + lastFactsMax;

/** The facts of one call, each once, in the order in which they are played; at most one more than are played. */
export type Facts = readonly Fact[];

/**
 * All facts of `a` and `b`: of two deliveries of an event the first in the log counts, with its reception. Commutative,
 * associative, idempotent. Bounded: what is neither among the first nor among the last can never be so again, because
 * the set only grows; one fact more than are played tells that some were left out.
 */
export function union(a: Facts, b: Facts): Facts {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const byIdentity = new Map<string, Fact>();
  for (const facts of [a, b]) for (const fact of facts) keepFirstDelivery(byIdentity, fact);
  return bounded([...byIdentity.values()].sort(compareFacts));
}

/** The facts of a call from facts in any order and with duplicates. */
export const factSet = (facts: readonly Fact[]): Facts => {
  const byIdentity = new Map<string, Fact>();
  for (const fact of facts) keepFirstDelivery(byIdentity, fact);
  return bounded([...byIdentity.values()].sort(compareFacts));
};

function keepFirstDelivery(byIdentity: Map<string, Fact>, fact: Fact): void {
  const identity = fact.part === 0 ? fact.uuid : `${fact.uuid}#${fact.part}`;
  const known = byIdentity.get(identity);
  if (!known || fact.id < known.id) byIdentity.set(identity, fact);
}

const bounded = (facts: Facts): Facts =>
  facts.length <= playedFactsMax + 1
    ? facts
    : [...facts.slice(0, firstFactsMax), ...facts.slice(facts.length - lastFactsMax - 1)];
