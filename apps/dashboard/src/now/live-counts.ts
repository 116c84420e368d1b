import {
  addLiveCalls,
  directionOf,
  inStateSince,
  isCounted,
  isTalking,
  isWaiting,
  noLiveCalls,
} from '@callstream/domain';
import type { Call, CallDirection, LiveCalls } from '@callstream/domain';

/** Counts of the live board, for one queue or all. The first three are of callers only. */
export interface LiveCounts extends LiveCalls {
  /** Start of the longest wait, in ms since 1970 by the gateway's clock; null if no caller waits. */
  readonly longestSince: number | null;
  readonly outbound: LiveCalls;
  readonly internal: LiveCalls;
}

export const noCalls: LiveCounts = {
  ...noLiveCalls,
  longestSince: null,
  outbound: noLiveCalls,
  internal: noLiveCalls,
};

/** The gateway removes stale calls from the board, so they need no check here. */
const staleAfterMs = Infinity;
const isWaitingNow = (call: Call, now: number): boolean => isWaiting(call, now, staleAfterMs);
const isTalkingNow = (call: Call, now: number): boolean => isTalking(call, now, staleAfterMs);

/** Counts by name of the queue; '' stands for no queue. */
export function liveCountsByQueue(calls: readonly Call[], now: number): Map<string, LiveCounts> {
  const counts = new Map<string, LiveCounts>();
  for (const call of calls) {
    const waits = isWaitingNow(call, now);
    if (!waits && !isTalkingNow(call, now)) continue;
    const queue = call.queue ?? '';
    const one: LiveCalls = { waiting: waits ? 1 : 0, talking: waits ? 0 : 1 };
    const longestSince = waits ? inStateSince(call) : null;
    counts.set(queue, addCounts(counts.get(queue) ?? noCalls, countsOf[directionOf(call)](one, longestSince)));
  }
  return counts;
}

const countsOf: Readonly<Record<CallDirection, (one: LiveCalls, longestSince: number | null) => LiveCounts>> = {
  inbound: (one, longestSince) => ({ ...noCalls, ...one, longestSince }),
  outbound: (outbound) => ({ ...noCalls, outbound }),
  internal: (internal) => ({ ...noCalls, internal }),
};

export const addCounts = (a: LiveCounts, b: LiveCounts): LiveCounts => ({
  ...addLiveCalls(a, b),
  longestSince:
    a.longestSince === null || b.longestSince === null
      ? (a.longestSince ?? b.longestSince)
      : Math.min(a.longestSince, b.longestSince),
  outbound: addLiveCalls(a.outbound, b.outbound),
  internal: addLiveCalls(a.internal, b.internal),
});

/** The callers who wait, longest wait first. */
export const waitingCalls = (calls: readonly Call[], now: number): Call[] =>
  calls
    .filter((call) => isCounted(call) && isWaitingNow(call, now))
    .toSorted((a, b) => inStateSince(a) - inStateSince(b) || a.id - b.id);
