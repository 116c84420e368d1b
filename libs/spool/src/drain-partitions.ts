import { errorText } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import type { Spool } from './spool.ts';

export interface DrainPartitionsOptions {
  readonly spool: Pick<Spool, 'status' | 'onChange'>;
  /** Sends what a partition has in the spool, in its order, until it is empty or the signal is aborted. */
  readonly drain: (partition: number, signal: AbortSignal) => Promise<void>;
  /** Whether draining may start. Default: always. */
  readonly isReady?: () => boolean;
  readonly log: Log;
}

export interface SpoolDrainer extends AsyncDisposable {
  /** Starts draining every partition that has records; to be called when `isReady` has become true. */
  readonly wake: () => void;
}

/** Drains each partition of the spool on its own, whenever it has records, until it is disposed. */
export function drainPartitions({ spool, drain, isReady = () => true, log }: DrainPartitionsOptions): SpoolDrainer {
  const stopping = new AbortController();
  const running = new Map<number, Promise<void>>();
  const wake = (): void => {
    if (stopping.signal.aborted || !isReady()) return;
    for (const partition of spool.status().pending.keys()) {
      if (running.has(partition)) continue;
      const ended = drain(partition, stopping.signal)
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) log.error({ lane: partition, error: errorText(error) }, 'drain.failed');
        })
        .finally(() => running.delete(partition));
      running.set(partition, ended);
    }
  };
  spool.onChange(wake);
  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(running.values());
  };
  return { wake, [Symbol.asyncDispose]: close };
}
