import { directionOf, isCounted } from './call-outcome.ts';
import type { CallDirection } from './call-outcome.ts';
import { inStateSince, isTalkingOnBoard, isWaitingOnBoard } from './call-status.ts';
import type { Call } from './play/call.ts';

/** Number of current calls that wait in a queue, and of those that are talked on: `isWaiting` and `isTalking`. */
export interface LiveCalls {
  readonly waiting: number;
  readonly talking: number;
}

export const noLiveCalls: LiveCalls = { waiting: 0, talking: 0 };

export const addLiveCalls = (a: LiveCalls, b: LiveCalls): LiveCalls => ({
  waiting: a.waiting + b.waiting,
  talking: a.talking + b.talking,
});

/** Current calls of one queue or several: first those of callers, then the others, which are in none of the first counts. */
export interface LiveCounts extends LiveCalls {
  /** Start of the longest wait of a caller, in ms since 1970 by our clock; null if no caller waits. */
  readonly longestWaitingSince: number | null;
  readonly outbound: LiveCalls;
  readonly internal: LiveCalls;
}

export const noLiveCounts: LiveCounts = {
  ...noLiveCalls,
  longestWaitingSince: null,
  outbound: noLiveCalls,
  internal: noLiveCalls,
};

export const addLiveCounts = (a: LiveCounts, b: LiveCounts): LiveCounts => ({
  ...addLiveCalls(a, b),
  longestWaitingSince: earlier(a.longestWaitingSince, b.longestWaitingSince),
  outbound: addLiveCalls(a.outbound, b.outbound),
  internal: addLiveCalls(a.internal, b.internal),
});

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/** Counts by name of the queue the calls of a board, from which stale calls were removed; '' stands for no queue. */
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

/** The callers of a live board who wait, longest wait first. */
export const waitingCallers = (calls: Iterable<Call>): Call[] =>
  [...calls]
    .filter((call) => isCounted(call) && isWaitingOnBoard(call))
    .toSorted((a, b) => inStateSince(a) - inStateSince(b) || a.id - b.id);
