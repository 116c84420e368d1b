import { addCounter, createRegistry } from '@callstream/runtime';
import { Counter, Gauge, Histogram } from 'prom-client';

/** What the projector counts; names and units as Prometheus wants them. */
export function createMetrics() {
  const registry = createRegistry();
  const registers = [registry];
  return {
    registry,
    records: new Counter({
      name: 'callstream_projector_records_total',
      help: 'Records of the log that were applied',
      registers,
    }),
    deadLetters: addCounter(registry, {
      name: 'callstream_projector_dead_letters_total',
      help: 'What was left out of the tables and is on the DLQ. undecodable: no event. refused: an event that Postgres does not take. unreadable: a batch of records that nobody can read, which an operator has put there',
      label: 'kind',
      values: ['undecodable', 'refused', 'unreadable'],
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
    unreadable: new Gauge({
      name: 'callstream_projector_unreadable_batches',
      help: 'Batches that cannot be read and before which their partitions stand still, until an operator decides',
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
      help: 'Time from a batch to its commit',
      buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    batchRecords: new Histogram({
      name: 'callstream_projector_batch_records',
      help: 'Records in a batch',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000],
      registers,
    }),
    delaySeconds: new Histogram({
      name: 'callstream_projector_delay_seconds',
      help: 'Time from received_at of the oldest record of a batch to its commit, by the clocks of two machines',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
      registers,
    }),
  };
}

export type ProjectorMetrics = ReturnType<typeof createMetrics>;
