import { addCounter, addThrottleCounter, createRegistry } from '@callstream/runtime';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** Metrics of the projector. */
export function createMetrics() {
  const registry = createRegistry();
  addThrottleCounter(registry);
  return {
    registry,
    ...createRecordMetrics(registry),
    ...createProgressMetrics(registry),
    ...createGroupMetrics(registry),
    ...createBatchMetrics(registry),
  };
}

export type ProjectorMetrics = ReturnType<typeof createMetrics>;

function createRecordMetrics(registry: Registry) {
  const registers = [registry];
  return {
    records: new Counter({
      name: 'callstream_projector_records_total',
      help: 'Records of the log that were applied',
      registers,
    }),
    deadLetters: addCounter(registry, {
      name: 'callstream_projector_dead_letters_total',
      help: 'Dead letters. undecodable: not an event. refused: an event that Postgres refuses. unreadable: a batch that cannot be decoded and that an operator has skipped',
      label: 'kind',
      values: ['undecodable', 'refused', 'unreadable'],
    }),
    conflicts: new Counter({
      name: 'callstream_projector_conflicts_total',
      help: 'Batches rolled back because another projector had moved the position',
      registers,
    }),
    retries: new Counter({
      name: 'callstream_projector_retries_total',
      help: 'Retries after transient errors of Kafka or Postgres',
      registers,
    }),
    gaps: new Counter({
      name: 'callstream_projector_gaps_total',
      help: 'Gaps in the offsets of the log (aborted transactions) that were skipped',
      registers,
    }),
    unreadable: new Gauge({
      name: 'callstream_projector_unreadable_batches',
      help: 'Unreadable batches that block their partition until an operator skips them',
      registers,
    }),
  };
}

function createProgressMetrics(registry: Registry) {
  const registers = [registry];
  return {
    lag: new Gauge({
      name: 'callstream_projector_lag_records',
      help: 'Records between the position and the end of the partition',
      labelNames: ['partition'],
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'callstream_projector_lag_seconds',
      help: 'Upper bound of the age of the oldest record that is not yet applied; 0 if there is none',
      labelNames: ['partition'],
      registers,
    }),
    lastProgress: new Gauge({
      name: 'callstream_projector_last_progress_timestamp_seconds',
      help: 'Time of the last commit; 0: none since the start',
      registers,
    }),
    oldestBucketMark: new Gauge({
      name: 'callstream_projector_oldest_bucket_mark_seconds',
      help: 'Age of the oldest change that the counts of long periods lack, since this projector saw it first; 0 if there is none',
      registers,
    }),
  };
}

function createGroupMetrics(registry: Registry) {
  const registers = [registry];
  return {
    partitions: new Gauge({
      name: 'callstream_projector_partitions',
      help: 'Partitions that the consumer group has assigned to this projector',
      registers,
    }),
    rebalances: new Counter({
      name: 'callstream_projector_rebalances_total',
      help: 'Times that this projector joined its consumer group',
      registers,
    }),
  };
}

function createBatchMetrics(registry: Registry) {
  const registers = [registry];
  return {
    batchSeconds: new Histogram({
      name: 'callstream_projector_batch_seconds',
      help: 'Time to apply and commit a batch',
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
