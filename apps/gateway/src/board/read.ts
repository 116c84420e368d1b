import { once } from 'node:events';
import { follow } from './follow.ts';
import type { Following } from './follow.ts';
import { rest } from './rest.ts';
import type { Trouble } from './trouble.ts';

/** Wait before the log is read again after a failure, in ms; doubled after each. */
const retryMsMin = 250;
const retryMsMax = 5_000;

export interface ReadingLog extends Omit<Following, 'onJoin'> {
  readonly trouble: Trouble;
  readonly signal: AbortSignal;
}

/** The reading of the log, which begins again whenever it fails. */
export interface Reading {
  readonly isReading: () => boolean;
  /** Begins anew from where the board is. */
  readonly restart: () => void;
  /** Resolves once it has been told to end, and has. */
  readonly ended: Promise<void>;
}

export function keepReading({ trouble, signal, ...following }: ReadingLog): Reading {
  let restarting = new AbortController();
  let isReading = false;
  const onJoin = (): void => void (isReading = true);

  const run = async (): Promise<void> => {
    for (let wait = retryMsMin; !signal.aborted; wait = Math.min(wait * 2, retryMsMax)) {
      restarting = new AbortController();
      const again = AbortSignal.any([signal, restarting.signal]);
      try {
        await using consumption = await follow({ ...following, onJoin });
        await Promise.race([consumption.failure, again.aborted || once(again, 'abort')]);
        wait = retryMsMin / 2;
      } catch (error) {
        trouble.note(error);
        isReading = false;
        await rest(again, wait);
      }
    }
  };
  return { isReading: () => isReading, restart: () => restarting.abort(), ended: run() };
}
