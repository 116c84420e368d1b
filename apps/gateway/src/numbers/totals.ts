import type { CallTotals, VisitTotals } from '@callstream/contracts';
import { addCounts, noCounts, ratesOf } from '@callstream/domain';
import type { OutcomeCounts, VisitCounts } from '@callstream/domain';
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
    timed_out: counts.timedOut,
    by_key: counts.byKey,
    full: counts.full,
    empty: counts.empty,
    withdrawn: counts.withdrawn,
    flowed_out: counts.flowedOut,
    open: counts.open,
    service_level: serviceLevel,
    abandon_rate: abandonRate,
    asa_ms: asaMs,
    wait_ms_max: counts.waitMsMax,
  };
}

/** Counts of calls as JSON of the protocol: those of each direction, and their number. */
export const callTotalsOf = ({ inbound, outbound, internal }: OutcomeCounts): CallTotals => ({
  inbound: { calls: sumOf(inbound), ...inbound },
  outbound: { calls: sumOf(outbound), ...outbound },
  internal: { calls: sumOf(internal), ...internal },
});

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

interface QueueVisitCounts extends VisitCounts {
  readonly queue: string;
}
interface VisitSums {
  total: VisitTotals;
  queues: (VisitTotals & { queue: string })[];
}

/** Sums counts: per queue, and over all of them. */
export function sumVisits(visits: readonly QueueVisitCounts[]): VisitSums {
  const sum = (counts: readonly VisitCounts[]): VisitTotals => totalsOf(counts.reduce(addCounts, noCounts));
  const byQueue = Map.groupBy(visits, ({ queue }) => queue);
  return { total: sum(visits), queues: [...byQueue].map(([queue, counts]) => ({ queue, ...sum(counts) })) };
}

/** The thresholds that an answer was counted with, as JSON of the protocol. */
export const countingRulesJson = ({ timeZone, serviceLevelMs, shortAbandonMs }: CountingRules) => ({
  time_zone: timeZone,
  service_level_seconds: serviceLevelMs / 1_000,
  short_abandon_seconds: shortAbandonMs / 1_000,
});
