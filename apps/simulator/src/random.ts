import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A pseudo-random number generator: the same seed gives the same numbers. */
export interface Random {
  /** 0 ≤ x < 1. */
  readonly unit: () => number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  /** An exponentially distributed duration with this mean: the time between independent arrivals. */
  readonly exponential: (mean: number) => number;
  readonly between: (min: number, max: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
}

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const unit = (): number => uniformFloat64(generator);
  return {
    unit,
    chance: (probability) => unit() < probability,
    exponential: (mean) => -Math.log(1 - unit()) * mean,
    between: (min, max) => min + unit() * (max - min),
    pick: (items) => items[Math.floor(unit() * items.length)] ?? items[0],
  };
}
