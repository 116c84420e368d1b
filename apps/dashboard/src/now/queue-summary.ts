import type { Queues } from '@callstream/contracts';
import { addLiveCounts, noLiveCounts, noPresenceCounts } from '@callstream/domain';
import type { LiveCounts } from '@callstream/domain';
import { noCalls, noTotals } from '../no-totals.ts';
import { compareNames } from '../names/name-lookup.ts';
import type { NameLookup } from '../names/name-lookup.ts';
import { severityAbove, severityBelow } from '../settings.ts';
import type { Severity, AlertThresholds } from '../settings.ts';

type QueueNow = Queues['total'];

/** A queue, or all: counts from the live board, agents and totals of today from the tables. */
export interface QueueSummary extends LiveCounts {
  readonly queue: string;
  readonly agents: QueueNow['agents'];
  readonly today: QueueNow['today'];
  readonly callsToday: QueueNow['calls_today'];
}

/** Every queue in the tables or on the board, by name; without a name, by id. */
export function queueSummaries(
  queues: Queues | null,
  liveCounts: ReadonlyMap<string, LiveCounts>,
  names: NameLookup,
): QueueSummary[] {
  const known = new Map((queues?.queues ?? []).map((row) => [row.queue, row]));
  const shownName = (id: string): string => names.queue(id) ?? id;
  return [...new Set([...known.keys(), ...liveCounts.keys()])]
    .toSorted((a, b) => compareNames(shownName(a), shownName(b)) || compareNames(a, b))
    .map((queue) => ({
      ...(liveCounts.get(queue) ?? noLiveCounts),
      queue,
      agents: known.get(queue)?.agents ?? noPresenceCounts,
      today: known.get(queue)?.today ?? noTotals,
      callsToday: known.get(queue)?.calls_today ?? noCalls,
    }));
}

/** All queues together. Not the sum: an agent in two queues counts once. */
export const totalSummary = (queues: Queues | null, liveCounts: ReadonlyMap<string, LiveCounts>): QueueSummary => ({
  ...[...liveCounts.values()].reduce(addLiveCounts, noLiveCounts),
  queue: '',
  agents: queues?.total.agents ?? noPresenceCounts,
  today: queues?.total.today ?? noTotals,
  callsToday: queues?.total.calls_today ?? noCalls,
});

/** Severity of the numbers of a queue. */
export function severitiesOf(
  { longestWaitingSince, today }: QueueSummary,
  { waitSeconds, serviceLevelPercent, abandonPercent }: AlertThresholds,
  now: number,
): { readonly wait: Severity; readonly serviceLevel: Severity; readonly abandoned: Severity } {
  const percent = (ratio: number | null): number | null => (ratio === null ? null : ratio * 100);
  return {
    wait: severityAbove(longestWaitingSince === null ? null : (now - longestWaitingSince) / 1_000, waitSeconds),
    serviceLevel: severityBelow(percent(today.service_level), serviceLevelPercent),
    abandoned: severityAbove(percent(today.abandon_rate), abandonPercent),
  };
}
