import type { Fact } from './fact.ts';
import type { LifeSpan } from './lives.ts';

/** The parties of a call: numbers and direction. */
export interface Parties {
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** Rank of an event as a source of numbers and direction; less is better. A dialer knows only the number that it calls. */
const ofCallEvent = 0;
const ofOtherEvent = 1;
const ofDialer = 2;
const noSource = 3;

/**
 * Takes the parties from the best source of the latest life; of equal sources, from the first. A life without a source takes
 * those of the life before. All numbers come from one event. The direction may come from another one, because some events
 * have only a direction.
 */
export function partiesOf(facts: readonly Fact[], lives: readonly LifeSpan[]): Parties {
  const numbers = bestSource(facts, lives, rankOfNumbers);
  const direction = bestSource(facts, lives, rankOfDirection);
  return {
    direction: direction ? (direction.direction ?? 'outbound') : null,
    ourNumber: numbers?.ourNumber ?? null,
    theirNumber: numbers?.theirNumber ?? (numbers && isDialer(numbers) ? numbers.number : null),
    theirNumberType: numbers?.theirNumberType ?? null,
  };
}

function bestSource(
  facts: readonly Fact[],
  lives: readonly LifeSpan[],
  rankOf: (fact: Fact) => number,
): Fact | undefined {
  for (let l = lives.length - 1; l >= 0; l--) {
    let best: Fact | undefined;
    let bestRank = noSource;
    for (let i = lives[l]?.from ?? 0; i < (lives[l]?.to ?? 0) && bestRank > ofCallEvent; i++) {
      const fact = facts[i];
      const rank = fact ? rankOf(fact) : noSource;
      if (rank < bestRank) [best, bestRank] = [fact, rank];
    }
    if (best) return best;
  }
  return undefined;
}

function rankOfNumbers(fact: Fact): number {
  if (fact.ourNumber !== null || fact.theirNumber !== null) return rankOfKind(fact);
  return fact.number !== null && isDialer(fact) ? ofDialer : noSource;
}

function rankOfDirection(fact: Fact): number {
  if (fact.direction !== null) return rankOfKind(fact);
  return isDialer(fact) ? ofDialer : noSource;
}

const rankOfKind = ({ kind }: Fact): number => (kind.startsWith('call.') ? ofCallEvent : ofOtherEvent);
const isDialer = ({ kind }: Fact): boolean => kind.startsWith('dialer.');
