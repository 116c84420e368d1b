import { once } from 'node:events';
import { runUntilAborted } from '@callstream/resilience';
import { followLog } from './follow-log.ts';
import type { FollowLogOptions } from './follow-log.ts';
import { monitorLag } from './monitor-lag.ts';
import type { Outage } from './outage.ts';

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
  /** Reads again from the board's positions. Does not cut a backoff short: the reader reads from there after it anyway. */
  readonly restart: () => void;
  /** Resolves once the reader was aborted and has ended. */
  readonly ended: Promise<unknown>;
}

export function startLogReader(options: LogReaderOptions): LogReader {
  const { signal, logOutage } = options;
  let restarting = new AbortController();
  let state: 'joining' | 'reading' | 'backing off' = 'joining';
  const read = async (onWorks: () => void): Promise<void> => {
    const onJoin = (): void => void (state = 'reading');
    // Not in onJoin: a log that fails after each join would be joined every 250 ms, each time with a new consumer group.
    const onApplied = (receivedAt: number): void => {
      onWorks();
      options.onApplied(receivedAt);
    };
    restarting = new AbortController();
    const ending = AbortSignal.any([signal, restarting.signal]);
    await using consumer = await followLog({ ...options, onJoin, onApplied });
    await Promise.race([consumer.failure, ending.aborted || once(ending, 'abort')]);
  };
  const onFailure = (error: unknown): void => {
    logOutage.note(error);
    state = 'backing off';
  };
  const reader = { isReading: () => state === 'reading', restart: () => restarting.abort() };
  return {
    ...reader,
    ended: Promise.all([
      runUntilAborted(read, { signal, onFailure }),
      monitorLag({ ...options, progress: options.state.progress, reader }),
    ]),
  };
}
