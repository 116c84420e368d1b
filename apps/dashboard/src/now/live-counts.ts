import {
  addLiveCounts,
  directionOf,
  inStateSince,
  isTalkingOnBoard,
  isWaitingOnBoard,
  noLiveCounts,
} from '@callstream/domain';
import type { Call, CallDirection, LiveCalls, LiveCounts } from '@callstream/domain';

/** Counts by name of the queue; '' stands for no queue. */
export function liveCountsByQueue(calls: readonly Call[]): Map<string, LiveCounts> {
  const counts = new Map<string, LiveCounts>();
  for (const call of calls) {
    const waits = isWaitingOnBoard(call);
    if (!waits && !isTalkingOnBoard(call)) continue;
    const queue = call.queue ?? '';
    const one: LiveCalls = { waiting: waits ? 1 : 0, talking: waits ? 0 : 1 };
    const since = waits ? inStateSince(call) : null;
    counts.set(queue, addLiveCounts(counts.get(queue) ?? noLiveCounts, countsOf[directionOf(call)](one, since)));
  }
  return counts;
}

const countsOf: Readonly<Record<CallDirection, (one: LiveCalls, longestWaitingSince: number | null) => LiveCounts>> = {
  inbound: (one, longestWaitingSince) => ({ ...noLiveCounts, ...one, longestWaitingSince }),
  outbound: (outbound) => ({ ...noLiveCounts, outbound }),
  internal: (internal) => ({ ...noLiveCounts, internal }),
};
