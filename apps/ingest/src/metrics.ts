import { addCounter, addGauge, addThrottleCounter, createRegistry, forwardedHeaders } from '@callstream/runtime';
import { LRUCache } from 'lru-cache';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { createClockCounter, createUnknownTypeCounter } from './event-metrics.ts';
import { answers } from './problem.ts';

/** Every metric of ingest but those that are read when they are scraped. `worker`: number of this process among the workers. */
export function createMetrics(worker = 0) {
  const registry = createRegistry();
  addThrottleCounter(registry);
  const metrics = { registry, ...webhookMetrics(registry), ...kafkaMetrics(registry) };
  addWorkerMetrics(worker, metrics);
  return metrics;
}

export type IngestMetrics = ReturnType<typeof createMetrics>;

const storedIn = ['kafka', 'spool'] as const;

function webhookMetrics(registry: Registry) {
  const registers = [registry];
  const storeSeconds = new Histogram({
    name: 'callstream_ingest_store_seconds',
    help: 'Time from the last byte of a request until its events are stored; then ingest answers 200',
    labelNames: ['stored_in'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 5],
    registers,
  });
  for (const stored_in of storedIn) storeSeconds.zero({ stored_in });
  return {
    storeSeconds,
    accepted: addCounter(registry, {
      name: 'callstream_ingest_accepted_total',
      help: 'Events stored and answered with 200, by where they are stored',
      label: 'stored_in',
      values: storedIn,
    }),
    countIfDuplicate: duplicateCounter(registry),
    countIfUnknown: createUnknownTypeCounter(registry),
    countClock: createClockCounter(registry),
    refused: addCounter(registry, {
      name: 'callstream_ingest_refused_total',
      help: 'Refused requests, by reason',
      label: 'reason',
      values: Object.keys(answers),
    }),
    unreadableAddresses: addCounter(registry, {
      name: 'callstream_ingest_unreadable_addresses_total',
      help: 'Requests in which the header of a trusted proxy has no readable address of the sender, by header',
      label: 'header',
      values: forwardedHeaders,
    }),
    droppedConnections: new Counter({
      name: 'callstream_ingest_dropped_connections_total',
      help: 'Connections closed because INGEST_CONNECTIONS_MAX was reached',
      registers,
    }),
  };
}

function addWorkerMetrics(worker: number, { registry, accepted }: { registry: Registry; accepted: Counter }): void {
  addGauge(registry, {
    name: 'callstream_ingest_workers',
    help: 'Processes that accept webhooks (INGEST_WORKERS)',
    value: () => 1,
  });
  const collect = async function (this: Counter): Promise<void> {
    const { values } = await accepted.get();
    this.reset();
    this.inc(
      { worker },
      values.reduce((sum, { value }) => sum + value, 0),
    );
  };
  const name = 'callstream_ingest_worker_accepted_total';
  const help = 'Events stored and answered with 200, by worker';
  registry.registerMetric(new Counter({ name, help, labelNames: ['worker'], registers: [], collect }));
}

/** Events that are remembered to count duplicates. */
const recentEvents = 100_000;

/** Approximate: evictions, restarts and other instances or workers hide duplicates. */
function duplicateCounter(registry: Registry): (uuid: string) => void {
  const duplicates = new Counter({
    name: 'callstream_ingest_repeated_total',
    help: `Duplicates: events among the last ${recentEvents} that the same process accepted`,
    registers: [registry],
  });
  const recent = new LRUCache<string, true>({ max: recentEvents });
  return (uuid) => {
    if (recent.has(uuid)) duplicates.inc();
    else recent.set(uuid, true);
  };
}

function kafkaMetrics(registry: Registry) {
  const registers = [registry];
  return {
    batchRecords: new Histogram({
      name: 'callstream_ingest_batch_records',
      help: 'Events per batch to Kafka',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
      registers,
    }),
    produceSeconds: new Histogram({
      name: 'callstream_ingest_produce_seconds',
      help: 'Time until Kafka acknowledges a batch, or the batch fails',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    failedBatches: new Counter({
      name: 'callstream_ingest_failed_batches_total',
      help: 'Batches that Kafka did not acknowledge; their events go to the spool',
      registers,
    }),
  };
}
