import type { VisitTotals } from '@callstream/contracts';
import { addCounts, noCounts, ratesOf } from '@callstream/domain';
import type { VisitCounts } from '@callstream/domain';
import { visibleTo } from '../access/scope.ts';
import type { Scope } from '../access/scope.ts';
import type { CountingRules } from './queue-snapshot.ts';

/** Counts and their rates as JSON of the protocol. */
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

interface QueueVisitCounts extends VisitCounts {
  readonly queue: string;
}
interface VisitSums {
  total: VisitTotals;
  queues: (VisitTotals & { queue: string })[];
}

/** Returns a function that sums the counts of the queues in the scope: per queue, and over all of them. */
export function sumVisits(scope: Scope): (visits: readonly QueueVisitCounts[]) => VisitSums {
  const isVisible = visibleTo(scope);
  const sum = (counts: readonly VisitCounts[]): VisitTotals => totalsOf(counts.reduce(addCounts, noCounts));
  return (visits) => {
    const visible = visits.filter(({ queue }) => isVisible(queue));
    const byQueue = Map.groupBy(visible, ({ queue }) => queue);
    return { total: sum(visible), queues: [...byQueue].map(([queue, counts]) => ({ queue, ...sum(counts) })) };
  };
}

/** The thresholds that an answer was counted with, as JSON of the protocol. */
export const countingRulesJson = ({ timeZone, serviceLevelMs, shortAbandonMs }: CountingRules) => ({
  time_zone: timeZone,
  service_level_seconds: serviceLevelMs / 1_000,
  short_abandon_seconds: shortAbandonMs / 1_000,
});
