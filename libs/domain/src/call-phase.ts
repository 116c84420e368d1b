import { isStale } from './call-status.ts';
import type { Call } from './play/call.ts';

/**
 * What a call does at some moment, as far as it can be said of the past. `waiting`: in a queue. `talking`: answered before, and
 * in no queue. `other`: neither yet, e.g. in a menu.
 */
export const callPhases = ['waiting', 'talking', 'other'] as const;
export type CallPhase = (typeof callPhases)[number];

/** The fields that decide the phase of a call at any moment. */
export type CallPhaseFields = Pick<
  Call,
  'isOpened' | 'beganAt' | 'finishedAt' | 'answeredAt' | 'delayMs' | 'heardAt' | 'visits'
>;

/**
 * The phase of the latest life of a call at a moment of our clock, in ms since 1970; null if it had not begun, had ended, or had
 * no event for more than `staleAfterMs`. An answered call that is in a menu again counts as talking: that it is there is not stored.
 */
export function callPhaseAt(call: CallPhaseFields, moment: number, staleAfterMs: number): CallPhase | null {
  const { isOpened, beganAt, finishedAt, answeredAt, delayMs, visits } = call;
  const at = moment - delayMs;
  if (!isOpened || at < beganAt || (finishedAt !== null && at >= finishedAt)) return null;
  if (isStale(call, moment, staleAfterMs)) return null;
  if (visits.some(({ waitingAt, endedAt }) => waitingAt <= at && (endedAt === null || at < endedAt))) return 'waiting';
  return answeredAt !== null && answeredAt <= at ? 'talking' : 'other';
}
