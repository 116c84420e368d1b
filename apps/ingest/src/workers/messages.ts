import type { Registry } from 'prom-client';
import type { IngestState } from '../ready.ts';

export type MetricList = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** What the primary does for its workers. All arguments and results are JSON. */
export interface PrimaryCalls {
  /** The first call of a worker: which one it is, and of how many. With `auto`, it might count other cores than the primary. */
  readonly join: () => { worker: number; workers: number };
  /** It accepts webhooks. */
  readonly started: (port: number) => void;
  /** Counts requests: see `RateLimits.admit`. */
  readonly admit: (addresses: readonly string[]) => (number | null)[];
  readonly countRefusals: (addresses: readonly string[]) => void;
  /** See {@link Budget}. */
  readonly resizeSpool: (wanted: number, used: number) => number;
  /** Whether the worker takes no more connections of an address in INGEST_HOST. */
  readonly setFull: (host: number, isFull: boolean) => void;
  /** The last call of a worker: its final metrics. */
  readonly ended: (metrics: MetricList) => void;
}

/** What a worker does for the primary. */
export interface WorkerCalls {
  /** Answers unless it hangs. */
  readonly ping: () => void;
  readonly readState: () => Promise<IngestState>;
  readonly readMetrics: () => Promise<MetricList>;
  /** Stops it at once, for a restart. */
  readonly retire: () => void;
  /** Whether to close new connections of an address, as all workers are full. Otherwise another worker gets them. */
  readonly dropConnections: (host: number, isDropping: boolean) => void;
}
