import { callOutcome, directionOf, noOutcomeCounts } from '../src/index.ts';
import type { Call, OutcomeCounts } from '../src/index.ts';

/** The counts of these calls as of `now`, in ms since 1970. */
export function outcomeCountsOf(calls: readonly Call[], now: number, staleAfterMs: number): OutcomeCounts {
  const counted: Record<string, Record<string, number>> = structuredClone(noOutcomeCounts);
  for (const call of calls) {
    const outcomes = counted[directionOf(call)] ?? {};
    const outcome = callOutcome(call, now, staleAfterMs);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return counted as unknown as OutcomeCounts;
}
