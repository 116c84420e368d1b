import type { Fact } from './fact.ts';

/** Who called whom. */
export interface Parties {
  readonly ourNumber: string | null;
  readonly theirNumber: string | null;
  readonly theirNumberType: string | null;
}

/** How much a source of numbers or of the direction is worth; less is better. */
const ofCallEvent = 0;
const ofOtherEvent = 1;
const ofDialer = 2;
const ofFormerLife = 3;
const ofNothing = 4;

interface Chosen<T> {
  readonly tier: number;
  readonly value: T;
}

/** Chooses numbers and direction from facts in the order of their play: of equal worth, the first. */
export interface PartiesChoice {
  readonly add: (fact: Fact) => void;
  /** Another life begins: what is known counts only where that says nothing. */
  readonly nextLife: () => void;
  readonly parties: () => Parties;
  readonly direction: () => string | null;
}

const nobody: Parties = { ourNumber: null, theirNumber: null, theirNumberType: null };

export function choosingParties(): PartiesChoice {
  let parties: Chosen<Parties> = { tier: ofNothing, value: nobody };
  let direction: Chosen<string | null> = { tier: ofNothing, value: null };
  const aged = <T>({ tier, value }: Chosen<T>): Chosen<T> => ({ tier: Math.max(tier, ofFormerLife), value });
  return {
    add: (fact) => {
      const { kind, number, ourNumber, theirNumber, theirNumberType } = fact;
      const tier = kind.startsWith('call.') ? ofCallEvent : ofOtherEvent;
      const isDialer = kind.startsWith('dialer.');
      if (fact.direction !== null && tier < direction.tier) direction = { tier, value: fact.direction };
      if (isDialer && ofDialer < direction.tier) direction = { tier: ofDialer, value: 'outbound' };
      if ((ourNumber !== null || theirNumber !== null) && tier < parties.tier)
        parties = { tier, value: { ourNumber, theirNumber, theirNumberType } };
      if (isDialer && number !== null && ofDialer < parties.tier)
        parties = { tier: ofDialer, value: { ...nobody, theirNumber: number } };
    },
    nextLife: () => {
      parties = aged(parties);
      direction = aged(direction);
    },
    parties: () => parties.value,
    direction: () => direction.value,
  };
}
