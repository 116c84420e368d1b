import type { VisitTotals } from '@callstream/contracts';

/** Exits of queue visits that are neither an answer nor an abandon, and no overflow. */
const otherExits = ['timed_out', 'by_key', 'full', 'empty', 'withdrawn'] as const;
type OtherExit = (typeof otherExits)[number];

export const otherExitsOf = (totals: VisitTotals): number => otherExits.reduce((sum, exit) => sum + totals[exit], 0);

/** The exits that there are, and their numbers. */
export const exitCounts = (totals: VisitTotals): readonly (readonly [OtherExit, number])[] =>
  otherExits.flatMap((exit) => (totals[exit] === 0 ? [] : [[exit, totals[exit]] as const]));
