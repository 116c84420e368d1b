import {
  addCounts,
  addOutcomeCounts,
  callOutcome,
  countVisits,
  directionOf,
  isCounted,
  noOutcomeCounts,
} from '@callstream/domain';
import type { Call, VisitCounts } from '@callstream/domain';
import type { CountedCalls, CountedVisits, PastQueueCalls, PastQueueVisits, Period } from '@callstream/tables';
import type { CountingRules } from '../numbers/queue-snapshot.ts';

interface TotalsOptions {
  /** The day, up to the moment. */
  readonly today: Period;
  /** ms since 1970. */
  readonly at: number;
  readonly rules: CountingRules;
}

/** Parsed once: a peak hour has thousands of calls. */
function isIn({ from, to }: Period): (at: number) => boolean {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return (at) => at >= begin && at < end;
}

/** Visits of the day by queue: those of played calls, and those that were counted in the tables. */
export function visitsByQueue(
  calls: readonly Call[],
  counted: readonly PastQueueVisits[],
  { today, rules }: TotalsOptions,
): CountedVisits[] {
  const isToday = isIn(today);
  const visits = calls.filter(isCounted).flatMap((call) => call.visits.filter(({ waitingAt }) => isToday(waitingAt)));
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
  const isToday = isIn(today);
  const counting = calls.filter(({ isOpened, beganAt }) => isOpened && isToday(beganAt));
  for (const [queue, ofQueue] of Map.groupBy(counting, (call) => call.queue ?? ''))
    for (const [direction, ofDirection] of Map.groupBy(ofQueue, directionOf))
      for (const [outcome, { length }] of Map.groupBy(ofDirection, (call) =>
        callOutcome(call, at, rules.staleAfterMs),
      )) {
        const counts = { ...noOutcomeCounts, [direction]: { ...noOutcomeCounts[direction], [outcome]: length } };
        byQueue.set(queue, addOutcomeCounts(byQueue.get(queue) ?? noOutcomeCounts, counts));
      }
  return [...byQueue].map(([queue, counts]) => ({ begin: null, queue, counts }));
}
