import type { Call, Segment } from './play/call.ts';

/** Time from `start` to `end` in ms; 0 if it ends before it begins. */
export const elapsedMs = (start: number, end: number): number => Math.max(0, end - start);

/** Whether it is known to have begun, and not over. */
export const isCurrent = (call: Pick<Call, 'isOpened' | 'finishedAt'>): boolean =>
  call.isOpened && call.finishedAt === null;

/** Unfinished, and not heard of for `staleAfterMs`. */
export const isStale = (call: Pick<Call, 'finishedAt' | 'heardAt'>, now: number, staleAfterMs: number): boolean =>
  call.finishedAt === null && now - call.heardAt > staleAfterMs;

/** What tells whether a call waits or is talked on. */
export type CallStatusFields = Pick<Call, 'state' | 'isOpened' | 'finishedAt' | 'heardAt'>;

const isLive = (call: CallStatusFields, now: number, staleAfterMs: number): boolean =>
  isCurrent(call) && !isStale(call, now, staleAfterMs);

/** Whether the caller waits in a queue now. */
export const isWaiting = (call: CallStatusFields, now: number, staleAfterMs: number): boolean =>
  call.state === 'WAITING' && isLive(call, now, staleAfterMs);

export const isTalking = (call: CallStatusFields, now: number, staleAfterMs: number): boolean =>
  call.state === 'ONGOING' && isLive(call, now, staleAfterMs);

/** Whether a phone has rung for so long, by the clock of the call's sender, that its ring must be over; `now` in ms since 1970. */
export const hasRingTimedOut = (
  { rangLastAt }: Pick<Segment, 'rangLastAt'>,
  delayMs: number,
  { now, ringMsMax }: { now: number; ringMsMax: number },
): boolean => rangLastAt !== null && now - delayMs - rangLastAt > ringMsMax;

/** From the beginning of the life that is on to its end, or until now by the clock of the call's sender; in ms. */
export const callDurationMs = (call: Pick<Call, 'beganAt' | 'finishedAt' | 'delayMs'>, now: number): number =>
  elapsedMs(call.beganAt, call.finishedAt ?? now - call.delayMs);

/** Outbound and internal calls are shown live, and not counted. */
export const isCounted = (call: Pick<Call, 'direction'>): boolean =>
  call.direction !== 'outbound' && call.direction !== 'internal';
