import type { CountingRules } from '../src/numbers/queue-snapshot.ts';

/** The default rules, without wrap-up. */
export const testRules: CountingRules = {
  timeZone: 'UTC',
  serviceLevelMs: 20_000,
  shortAbandonMs: 5_000,
  staleAfterMs: 7_200_000,
  ringMsMax: 120_000,
  presenceStaleMs: 43_200_000,
  takeSeveralCalls: false,
  wrapUpMs: 0,
};
