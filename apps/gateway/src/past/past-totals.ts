import {
  addCounts,
  addOutcomeCounts,
  callOutcome,
  countVisits,
  directionOf,
  isCounted,
  noOutcomeCounts,
} from '@callstream/domain';
import type { Call, OutcomeCounts, VisitCounts } from '@callstream/domain';
import type { CountedCalls, CountedVisits, PastQueueCalls, PastQueueVisits, Period } from '@callstream/tables';
import type { CountingRules } from '../numbers/queue-snapshot.ts';

interface TotalsOptions {
  /** The day, up to the moment. */
  readonly today: Period;
  /** ms since 1970. */
  readonly at: number;
  readonly rules: CountingRules;
}

const isIn = ({ from, to }: Period, at: number): boolean => at >= Date.parse(from) && at < Date.parse(to);

/** Visits of the day by queue: those of played calls, and those that were counted in the tables. */
export function visitsByQueue(
  calls: readonly Call[],
  counted: readonly PastQueueVisits[],
  { today, rules }: TotalsOptions,
): CountedVisits[] {
  const visits = calls
    .filter(isCounted)
    .flatMap((call) => call.visits.filter(({ waitingAt }) => isIn(today, waitingAt)));
  const byQueue = new Map<string, VisitCounts>(counted.map(({ queue, ...counts }) => [queue, counts]));
  for (const [queue, group] of Map.groupBy(visits, (visit) => visit.queue)) {
    const counts = countVisits(group, rules);
    const known = byQueue.get(queue);
    byQueue.set(queue, known ? addCounts(known, counts) : counts);
  }
  return [...byQueue].map(([queue, counts]) => ({ begin: null, queue, ...counts }));
}

/** The same of the calls that began on the day, by outcome. */
export function callsByQueue(
  calls: readonly Call[],
  counted: readonly PastQueueCalls[],
  { today, at, rules }: TotalsOptions,
): CountedCalls[] {
  const byQueue = new Map(counted.map(({ queue, counts }) => [queue, counts]));
  for (const call of calls) {
    if (!call.isOpened || !isIn(today, call.beganAt)) continue;
    const queue = call.queue ?? '';
    const outcome = callOutcome(call, at, rules.staleAfterMs);
    byQueue.set(queue, addOutcomeCounts(byQueue.get(queue) ?? noOutcomeCounts, oneOf(directionOf(call), outcome)));
  }
  return [...byQueue].map(([queue, counts]) => ({ begin: null, queue, counts }));
}

const oneOf = (direction: keyof OutcomeCounts, outcome: string): OutcomeCounts => ({
  ...noOutcomeCounts,
  [direction]: { ...noOutcomeCounts[direction], [outcome]: 1 },
});
