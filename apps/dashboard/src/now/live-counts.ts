import { isTalking, isWaiting } from '@callstream/domain';
import type { Call } from '@callstream/domain';

/** Counts of the live board, for one queue or all. */
export interface LiveCounts {
  readonly waiting: number;
  /** Start of the longest wait, in ms since 1970 by the gateway's clock; null if no call waits. */
  readonly longestSince: number | null;
  readonly talking: number;
}

export const noCalls: LiveCounts = { waiting: 0, longestSince: null, talking: 0 };

/** The gateway removes stale calls from the board, so they need no check here. */
const staleAfterMs = Infinity;
const isWaitingNow = (call: Call, now: number): boolean => isWaiting(call, now, staleAfterMs);
const isTalkingNow = (call: Call, now: number): boolean => isTalking(call, now, staleAfterMs);

/** Start of the wait, in ms since 1970 by the gateway's clock. The call's own times are by the sender's clock. */
export const waitingSince = (call: Call): number => (call.waitingSince ?? call.stateAt) + call.delayMs;

/** Counts by name of the queue; '' stands for no queue. */
export function liveCountsByQueue(calls: readonly Call[], now: number): Map<string, LiveCounts> {
  const counts = new Map<string, LiveCounts>();
  for (const call of calls) {
    const waits = isWaitingNow(call, now);
    if (!waits && !isTalkingNow(call, now)) continue;
    const queue = call.queue ?? '';
    const callCounts: LiveCounts = waits
      ? { waiting: 1, longestSince: waitingSince(call), talking: 0 }
      : { ...noCalls, talking: 1 };
    counts.set(queue, addCounts(counts.get(queue) ?? noCalls, callCounts));
  }
  return counts;
}

export const addCounts = (a: LiveCounts, b: LiveCounts): LiveCounts => ({
  waiting: a.waiting + b.waiting,
  longestSince:
    a.longestSince === null || b.longestSince === null
      ? (a.longestSince ?? b.longestSince)
      : Math.min(a.longestSince, b.longestSince),
  talking: a.talking + b.talking,
});

/** The waiting calls, longest wait first. */
export const waitingCalls = (calls: readonly Call[], now: number): Call[] =>
  calls.filter((call) => isWaitingNow(call, now)).toSorted((a, b) => waitingSince(a) - waitingSince(b) || a.id - b.id);
