import { once } from 'node:events';
import { followLog } from './follow-log.ts';
import type { FollowLogOptions } from './follow-log.ts';
import { sleep } from './sleep.ts';
import type { Outage } from './outage.ts';

/** Wait before the log is read again after a failure, in ms; doubled after each. */
const retryMsMin = 250;
const retryMsMax = 5_000;

export interface LogReaderOptions extends Omit<FollowLogOptions, 'onJoin'> {
  readonly trouble: Outage;
  readonly signal: AbortSignal;
}

/** The reading of the log, which begins again whenever it fails. */
export interface LogReader {
  readonly isReading: () => boolean;
  /** Begins anew from where the board is. */
  readonly restart: () => void;
  /** Resolves once it has been told to end, and has. */
  readonly ended: Promise<void>;
}

export function startLogReader({ trouble, signal, ...following }: LogReaderOptions): LogReader {
  let restarting = new AbortController();
  let isReading = false;
  const onJoin = (): void => void (isReading = true);

  const run = async (): Promise<void> => {
    for (let wait = retryMsMin; !signal.aborted; wait = Math.min(wait * 2, retryMsMax)) {
      restarting = new AbortController();
      const again = AbortSignal.any([signal, restarting.signal]);
      try {
        await using consumption = await followLog({ ...following, onJoin });
        await Promise.race([consumption.failure, again.aborted || once(again, 'abort')]);
        wait = retryMsMin / 2;
      } catch (error) {
        trouble.note(error);
        isReading = false;
        await sleep(again, wait);
      }
    }
  };
  return { isReading: () => isReading, restart: () => restarting.abort(), ended: run() };
}
