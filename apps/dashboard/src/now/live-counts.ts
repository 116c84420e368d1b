import { isTalking, isWaiting } from '@callstream/domain';
import type { Call } from '@callstream/domain';

/** What goes on now, in one queue or in all. */
export interface LiveCounts {
  readonly waiting: number;
  /** Since when the first of them waits in its queue, ms since 1970 by the gateway's clock; null if none does. */
  readonly longestSince: number | null;
  readonly talking: number;
}

export const noCalls: LiveCounts = { waiting: 0, longestSince: null, talking: 0 };

/** Calls that became stale leave the board: the gateway says so, not the clock of this page. */
const never = Infinity;
const waitsNow = (call: Call, now: number): boolean => isWaiting(call, now, never);
const talksNow = (call: Call, now: number): boolean => isTalking(call, now, never);

/** Since when a call waits, in ms since 1970 by the gateway's clock: its own times are its sender's. */
export const waitingSince = (call: Call): number => (call.waitingSince ?? call.stateAt) + call.delayMs;

/** What goes on in each queue, by its name; '' for none. */
export function liveCountsByQueue(calls: readonly Call[], now: number): Map<string, LiveCounts> {
  const floors = new Map<string, LiveCounts>();
  for (const call of calls) {
    const isWaitingNow = waitsNow(call, now);
    if (!isWaitingNow && !talksNow(call, now)) continue;
    const queue = call.queue ?? '';
    const one: LiveCounts = isWaitingNow
      ? { waiting: 1, longestSince: waitingSince(call), talking: 0 }
      : { ...noCalls, talking: 1 };
    floors.set(queue, addCounts(floors.get(queue) ?? noCalls, one));
  }
  return floors;
}

export const addCounts = (a: LiveCounts, b: LiveCounts): LiveCounts => ({
  waiting: a.waiting + b.waiting,
  longestSince:
    a.longestSince === null || b.longestSince === null
      ? (a.longestSince ?? b.longestSince)
      : Math.min(a.longestSince, b.longestSince),
  talking: a.talking + b.talking,
});

/** Calls that wait, who has waited for longest in front. */
export const waitingCalls = (calls: readonly Call[], now: number): Call[] =>
  calls.filter((call) => waitsNow(call, now)).toSorted((a, b) => waitingSince(a) - waitingSince(b) || a.id - b.id);
