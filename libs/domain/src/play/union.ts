import { compareByOwnTime, compareFacts } from './fact.ts';
import type { Fact } from './fact.ts';

/** Of a call with more facts, only the first and the last are played. Belongs to the projection version. */
export const firstFactsMax = 256;
export const lastFactsMax = 768;
export const playedFactsMax = firstFactsMax + lastFactsMax;

declare const isSet: unique symbol;
/**
 * The facts of one call, each once, in the order in which they are played; at most {@link playedFactsMax} + 1. Only
 * {@link factSet} and {@link union} create one. The brand keeps unordered lists of facts from being played.
 */
export type FactSet = readonly Fact[] & { readonly [isSet]: true };

export const emptyFactSet = [] as readonly Fact[] as FactSet;

/**
 * All facts of `a` and `b`, without duplicates: of two deliveries of an event the first in the log counts, with its reception.
 * Commutative, associative and idempotent, also where facts are left out ({@link bounded}).
 */
export function union(a: FactSet, b: FactSet): FactSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const [larger, smaller] = a.length >= b.length ? [a, b] : [b, a];
  // Most unions add one event to a call: for a call of nine facts a scan takes 0.8 µs, an index 2.7 µs.
  return smaller.length > 4
    ? factSet([...larger, ...smaller])
    : bounded(smaller.reduce(insert, larger as readonly Fact[]));
}

/** The fact set of a call, from facts in any order and with duplicates. */
export function factSet(facts: readonly Fact[]): FactSet {
  const first = new Map<string, Fact>();
  for (const fact of facts) {
    const identity = fact.part === 0 ? fact.uuid : `${fact.uuid}#${fact.part}`;
    const known = first.get(identity);
    if (!known || fact.id < known.id) first.set(identity, fact);
  }
  return bounded([...first.values()].sort(compareFacts));
}

/** Whether `stated` has a fact that is not just a later delivery of a known one. The same delivery of a known fact counts. */
export const addsFacts = (known: FactSet, stated: FactSet): boolean =>
  stated.some(({ uuid, part, id }) => !known.some((fact) => fact.uuid === uuid && fact.part === part && fact.id < id));

/** Inserts a fact in order; of two deliveries of one event, the first in the log stays. */
function insert(facts: readonly Fact[], fact: Fact): readonly Fact[] {
  const knownAt = facts.findIndex(({ uuid, part }) => uuid === fact.uuid && part === fact.part);
  const known = facts[knownAt];
  if (known && known.id <= fact.id) return facts;
  const others = known ? facts.toSpliced(knownAt, 1) : facts;
  const before = others.findLastIndex((other) => compareFacts(other, fact) < 0);
  return others.toSpliced(before + 1, 0, fact);
}

/**
 * Of a long call the first and the last facts, and one more, which shows that some are left out. The choice must not depend
 * on which deliveries are known, or the union would depend on their order: a fact that is left out does not come back.
 */
function bounded(facts: readonly Fact[]): FactSet {
  if (facts.length <= playedFactsMax + 1) return facts as FactSet;
  const byOwnTime = facts.toSorted(compareByOwnTime);
  const kept = [...byOwnTime.slice(0, firstFactsMax), ...byOwnTime.slice(byOwnTime.length - lastFactsMax - 1)];
  return kept.sort(compareFacts) as readonly Fact[] as FactSet;
}
