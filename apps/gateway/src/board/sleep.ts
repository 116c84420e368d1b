import { setTimeout as pause } from 'node:timers/promises';

/** Waits; not longer than until it is aborted. */
export const sleep = (signal: AbortSignal, ms: number): Promise<void> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
