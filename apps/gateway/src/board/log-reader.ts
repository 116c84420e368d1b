import { once } from 'node:events';
import { isProgrammingError } from '@callstream/runtime';
import { followLog } from './follow-log.ts';
import type { FollowLogOptions } from './follow-log.ts';
import { monitorLag } from './monitor-lag.ts';
import type { Outage } from './outage.ts';
import { sleep } from './sleep.ts';

/** Backoff after a failure, in ms; doubled after each. */
const retryMsMin = 250;
const retryMsMax = 5_000;

export interface LogReaderOptions extends Omit<FollowLogOptions, 'onJoin'> {
  /** The high watermarks cannot be read from Kafka. */
  readonly kafkaOutage: Outage;
  /** The log cannot be read. */
  readonly logOutage: Outage;
  readonly signal: AbortSignal;
}

/**
 * Reads the log until it is aborted.
 *
 * ```
 *           joined             failure
 *  joining ───────▶ reading ───────────▶ backing off
 *   ▲  ▲   failure     │ restart            │
 *   │  └───────────────┘                    │
 *   └───────────────────────────────────────┘
 * ```
 */
export interface LogReader {
  readonly isReading: () => boolean;
  /** Reads again from the board's positions. */
  readonly restart: () => void;
  /** Resolves once the reader was aborted and has ended. */
  readonly ended: Promise<unknown>;
}

export function startLogReader(options: LogReaderOptions): LogReader {
  const { signal, logOutage } = options;
  let restarting = new AbortController();
  let state: 'joining' | 'reading' | 'backing off' = 'joining';
  const onJoin = (): void => void (state = 'reading');

  const run = async (): Promise<void> => {
    for (let waitMs = retryMsMin; !signal.aborted; waitMs = Math.min(waitMs * 2, retryMsMax)) {
      restarting = new AbortController();
      const ending = AbortSignal.any([signal, restarting.signal]);
      try {
        await using consumer = await followLog({ ...options, onJoin });
        await Promise.race([consumer.failure, ending.aborted || once(ending, 'abort')]);
        waitMs = retryMsMin / 2;
      } catch (error) {
        if (isProgrammingError(error)) throw error;
        logOutage.note(error);
        state = 'backing off';
        await sleep(ending, waitMs);
      }
    }
  };
  const reader = { isReading: () => state === 'reading', restart: () => restarting.abort() };
  return {
    ...reader,
    ended: Promise.all([run(), monitorLag({ ...options, progress: options.state.progress, reader })]),
  };
}
