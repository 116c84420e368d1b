import { setTimeout as pause } from 'node:timers/promises';

/** Waits, but no longer than until it is aborted; never rejects. */
export const sleep = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
