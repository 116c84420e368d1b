import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What the projector counts; names and units as Prometheus wants them. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const metrics = {
    registry,
    records: new Counter({
      name: 'callstream_projector_records_total',
      help: 'Records of the log that were applied',
      registers,
    }),
    deadLetters: new Counter({
      name: 'callstream_projector_dead_letters_total',
      help: 'Records put aside. undecodable: no event. refused: an event that Postgres does not take',
      labelNames: ['kind'],
      registers,
    }),
    conflicts: new Counter({
      name: 'callstream_projector_conflicts_total',
      help: 'Batches given up because somebody else had moved the position',
      registers,
    }),
    retries: new Counter({
      name: 'callstream_projector_retries_total',
      help: 'Attempts that failed for a passing reason and were made again',
      registers,
    }),
    gaps: new Counter({
      name: 'callstream_projector_gaps_total',
      help: 'Gaps in the offsets of the log that were gone over',
      registers,
    }),
    lag: new Gauge({
      name: 'callstream_projector_lag_records',
      help: 'Records between the position and the end of the partition',
      labelNames: ['partition'],
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'callstream_projector_lag_seconds',
      help: 'Age of the oldest record that is not yet applied, at most; 0 if there is none',
      labelNames: ['partition'],
      registers,
    }),
    lastProgress: new Gauge({
      name: 'callstream_projector_last_progress_timestamp_seconds',
      help: 'When a batch was committed last; 0: not since the start',
      registers,
    }),
    partitions: new Gauge({
      name: 'callstream_projector_partitions',
      help: 'Partitions that this projector has in its group',
      registers,
    }),
    rebalances: new Counter({
      name: 'callstream_projector_rebalances_total',
      help: 'Times that this projector joined its group',
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'callstream_projector_batch_seconds',
      help: 'Time from a batch to its commit, in seconds',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
      registers,
    }),
    batchRecords: new Histogram({
      name: 'callstream_projector_batch_records',
      help: 'Records in a batch',
      buckets: [1, 10, 50, 100, 500, 1000, 5000],
      registers,
    }),
  };
  // There from the start, so that a first one is seen as a change.
  for (const kind of ['undecodable', 'refused']) metrics.deadLetters.inc({ kind }, 0);
  return metrics;
}

export type Metrics = ReturnType<typeof createMetrics>;
