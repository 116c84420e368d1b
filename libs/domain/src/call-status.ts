import type { Call, Segment } from './play/call.ts';

/** Time from `start` to `end` in ms; 0 if `end` is before `start`. */
export const elapsedMs = (start: number, end: number): number => Math.max(0, end - start);

/** Whether a fact proves that there is a call, and it has not ended. */
export const isCurrent = (call: Pick<Call, 'isOpened' | 'finishedAt'>): boolean =>
  call.isOpened && call.finishedAt === null;

/** Whether it has not ended, and had no event for more than `staleAfterMs`. */
export const isStale = (call: Pick<Call, 'finishedAt' | 'heardAt'>, now: number, staleAfterMs: number): boolean =>
  call.finishedAt === null && now - call.heardAt > staleAfterMs;

/** The fields that decide whether a call waits or is talked on. */
export type CallStatusFields = Pick<Call, 'state' | 'isOpened' | 'finishedAt' | 'heardAt'>;

/** Whether the caller waits in a queue now. */
export const isWaiting = (call: CallStatusFields, now: number, staleAfterMs: number): boolean =>
  isWaitingOnBoard(call) && !isStale(call, now, staleAfterMs);

export const isTalking = (call: CallStatusFields, now: number, staleAfterMs: number): boolean =>
  isTalkingOnBoard(call) && !isStale(call, now, staleAfterMs);

/** {@link isWaiting} of a call of a live board: the gateway removes stale calls from it, so the result does not depend on the time. */
export const isWaitingOnBoard = (call: Omit<CallStatusFields, 'heardAt'>): boolean =>
  call.state === 'WAITING' && isCurrent(call);

export const isTalkingOnBoard = (call: Omit<CallStatusFields, 'heardAt'>): boolean =>
  call.state === 'ONGOING' && isCurrent(call);

/** Whether a phone has rung for more than `ringMsMax` by the clock of the call's sender; `now` in ms since 1970. */
export const hasRingTimedOut = (
  { rangLastAt }: Pick<Segment, 'rangLastAt'>,
  delayMs: number,
  { now, ringMsMax }: { now: number; ringMsMax: number },
): boolean => rangLastAt !== null && now - delayMs - rangLastAt > ringMsMax;

/** Start of the current state by our clock, in ms since 1970; of a waiting call, the start of its wait. */
export const inStateSince = ({ stateAt, delayMs }: Pick<Call, 'stateAt' | 'delayMs'>): number => stateAt + delayMs;

/** Start of the latest life by our clock, in ms since 1970. */
export const beganSince = ({ beganAt, delayMs }: Pick<Call, 'beganAt' | 'delayMs'>): number => beganAt + delayMs;

/** From the beginning of the latest life to its end; without an end, until now by the clock of the call's sender. In ms. */
export const callDurationMs = (call: Pick<Call, 'beganAt' | 'finishedAt' | 'delayMs'>, now: number): number =>
  elapsedMs(call.beganAt, call.finishedAt ?? now - call.delayMs);
