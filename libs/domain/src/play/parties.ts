import type { Fact } from './fact.ts';
import type { Life } from './lives.ts';

/** Who called whom, and in which direction. */
export interface Parties {
  readonly direction: string | null;
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** How much an event's word of numbers and direction is worth; less is better. Dialers know only whom they call. */
const ofCallEvent = 0;
const ofOtherEvent = 1;
const ofDialer = 2;
const ofNothing = 3;

/**
 * The best source of this life, of equal ones the first; where a life says nothing, what the life before it said. Numbers
 * are taken together from one event; the direction by itself, because some events say only that.
 */
export function partiesOf(facts: readonly Fact[], lives: readonly Life[]): Parties {
  const numbers = best(facts, lives, worthOfNumbers);
  const direction = best(facts, lives, worthOfDirection);
  return {
    direction: direction ? (direction.direction ?? 'outbound') : null,
    ourNumber: numbers?.ourNumber ?? null,
    theirNumber: numbers?.theirNumber ?? (numbers && isDialer(numbers) ? numbers.number : null),
    theirNumberType: numbers?.theirNumberType ?? null,
  };
}

function best(facts: readonly Fact[], lives: readonly Life[], worthOf: (fact: Fact) => number): Fact | undefined {
  for (let l = lives.length - 1; l >= 0; l--) {
    let found: Fact | undefined;
    let worth = ofNothing;
    for (let i = lives[l]?.from ?? 0; i < (lives[l]?.to ?? 0) && worth > ofCallEvent; i++) {
      const fact = facts[i];
      const itsWorth = fact ? worthOf(fact) : ofNothing;
      if (itsWorth < worth) [found, worth] = [fact, itsWorth];
    }
    if (found) return found;
  }
  return undefined;
}

function worthOfNumbers(fact: Fact): number {
  if (fact.ourNumber !== null || fact.theirNumber !== null) return worthOfKind(fact);
  return fact.number !== null && isDialer(fact) ? ofDialer : ofNothing;
}

function worthOfDirection(fact: Fact): number {
  if (fact.direction !== null) return worthOfKind(fact);
  return isDialer(fact) ? ofDialer : ofNothing;
}

const worthOfKind = ({ kind }: Fact): number => (kind.startsWith('call.') ? ofCallEvent : ofOtherEvent);
const isDialer = ({ kind }: Fact): boolean => kind.startsWith('dialer.');
