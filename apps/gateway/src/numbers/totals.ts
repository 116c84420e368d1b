import type { VisitTotals } from '@callstream/contracts';
import { addCounts, noCounts, ratesOf } from '@callstream/domain';
import type { VisitCounts } from '@callstream/domain';
import { visibleTo } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { CountingRules } from './queue-snapshot.ts';

/** Counts as they cross the wire. */
export function totalsOf(counts: VisitCounts): VisitTotals {
  const { serviceLevel, abandonRate, asaMs } = ratesOf(counts);
  return {
    visits: counts.visits,
    answered: counts.answered,
    answered_in_time: counts.answeredInTime,
    abandoned: counts.abandoned,
    abandoned_short: counts.abandonedShort,
    flowed_out: counts.flowedOut,
    open: counts.open,
    service_level: serviceLevel,
    abandon_rate: abandonRate,
    asa_ms: asaMs,
    wait_ms_max: counts.waitMsMax,
  };
}

type QueueVisitCounts = VisitCounts & { readonly queue: string };
type VisitSums = { total: VisitTotals; queues: (VisitTotals & { queue: string })[] };

/** Sums up what may be seen of counted visits: per queue, and together. */
export function sumVisits(scope: Scope): (visits: readonly QueueVisitCounts[]) => VisitSums {
  const maySee = visibleTo(scope);
  const sum = (of: readonly VisitCounts[]): VisitTotals => totalsOf(of.reduce(addCounts, noCounts));
  return (visits) => {
    const seen = visits.filter(({ queue }) => maySee(queue));
    const queues = Map.groupBy(seen, ({ queue }) => queue);
    return { total: sum(seen), queues: [...queues].map(([queue, of]) => ({ queue, ...sum(of) })) };
  };
}

/** How it was counted, for who reads the numbers. */
export const countingRulesJson = ({ timeZone, serviceLevelMs, shortAbandonMs }: CountingRules) => ({
  time_zone: timeZone,
  service_level_seconds: serviceLevelMs / 1_000,
  short_abandon_seconds: shortAbandonMs / 1_000,
});
