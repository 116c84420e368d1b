import { compareByOwnTime, compareFacts } from './fact.ts';
import type { Fact } from './fact.ts';

/** Most facts of a call that are played: of more, the first and the last. Belongs to the projection version. */
export const firstFactsMax = 256;
export const lastFactsMax = 768;
export const playedFactsMax = firstFactsMax + lastFactsMax;

declare const isSet: unique symbol;
/**
 * The facts of one call, each once, in the order in which they are played; at most one more than are played. Only {@link factSet} and
 * {@link union} make them: any other list of facts has no such order.
 */
export type FactSet = readonly Fact[] & { readonly [isSet]: true };

export const emptyFactSet = [] as readonly Fact[] as FactSet;

/**
 * All facts of `a` and `b`: of two deliveries of an event the first in the log counts, with its reception. Commutative,
 * associative and idempotent, also for calls with more facts than are kept ({@link bounded}).
 */
export function union(a: FactSet, b: FactSet): FactSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const [more, fewer] = a.length >= b.length ? [a, b] : [b, a];
  // Most unions add one event to a call: then, to look through the facts is several times faster than to index them.
  return fewer.length > 4 ? factSet([...more, ...fewer]) : bounded(fewer.reduce(withFact, more as readonly Fact[]));
}

/** The facts of a call from facts in any order and with duplicates. */
export function factSet(facts: readonly Fact[]): FactSet {
  const first = new Map<string, Fact>();
  for (const fact of facts) {
    const identity = fact.part === 0 ? fact.uuid : `${fact.uuid}#${fact.part}`;
    const known = first.get(identity);
    if (!known || fact.id < known.id) first.set(identity, fact);
  }
  return bounded([...first.values()].sort(compareFacts));
}

/** Whether `said` states more than redeliveries of what is known; what is known of the very same deliveries counts as stated. */
export const addsFacts = (known: FactSet, said: FactSet): boolean =>
  said.some(({ uuid, part, id }) => !known.some((fact) => fact.uuid === uuid && fact.part === part && fact.id < id));

/** `facts` and one more, at its place. */
function withFact(facts: readonly Fact[], fact: Fact): readonly Fact[] {
  const known = facts.findIndex(({ uuid, part }) => uuid === fact.uuid && part === fact.part);
  const delivery = facts[known];
  if (delivery && delivery.id <= fact.id) return facts;
  const others = delivery ? facts.toSpliced(known, 1) : facts;
  const before = others.findLastIndex((other) => compareFacts(other, fact) < 0);
  return others.toSpliced(before + 1, 0, fact);
}

/**
 * The first and the last facts of a long call, and one more that tells that some are missing. Which they are does not
 * depend on the deliveries that are known of them: what is once left out would never be kept again, because sets only grow.
 */
function bounded(facts: readonly Fact[]): FactSet {
  if (facts.length <= playedFactsMax + 1) return facts as FactSet;
  const inOrder = facts.toSorted(compareByOwnTime);
  const kept = [...inOrder.slice(0, firstFactsMax), ...inOrder.slice(inOrder.length - lastFactsMax - 1)];
  return kept.sort(compareFacts) as readonly Fact[] as FactSet;
}
