import { addCounter, addGauge, createRegistry, forwardedHeaders } from '@callstream/runtime';
import { LRUCache } from 'lru-cache';
import { Counter, Histogram } from 'prom-client';
import { answers } from './problem.ts';

/** Events among which a repeated one is noticed. */
const recentEvents = 100_000;

/** What ingest counts; names and units as Prometheus wants them. */
export function createMetrics({ depth, away }: { depth: () => number; away: () => number }) {
  const registry = createRegistry();
  const registers = [registry];
  addGauge(registry, { name: 'callstream_ingest_in_flight_events', help: 'Events that wait for Kafka', value: depth });
  addGauge(registry, {
    name: 'callstream_ingest_partitions_away',
    help: 'Partitions that did not take records when last tried; their events go to the spool',
    value: away,
  });
  const repetitions = new Counter({
    name: 'callstream_ingest_repeated_total',
    help: `Events that were among the last ${recentEvents} of this instance already`,
    registers,
  });
  const recent = new LRUCache<string, true>({ max: recentEvents });
  const storeSeconds = new Histogram({
    name: 'callstream_ingest_store_seconds',
    help: 'Time from the body of a webhook to where it was stored; then it is answered with 200',
    labelNames: ['stored_in'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 5],
    registers,
  });
  for (const stored_in of ['kafka', 'spool']) storeSeconds.zero({ stored_in });
  return {
    registry,
    storeSeconds,
    accepted: addCounter(registry, {
      name: 'callstream_ingest_accepted_total',
      help: 'Events that were stored and answered with 200, by where they were stored',
      label: 'stored_in',
      values: ['kafka', 'spool'],
    }),
    repeated: (uuid: string): void => {
      if (recent.has(uuid)) repetitions.inc();
      else recent.set(uuid, true);
    },
    unknownTypes: new Counter({
      name: 'callstream_ingest_unknown_types_total',
      help: 'Events of a type that is not documented; they are stored like all others',
      registers,
    }),
    refused: addCounter(registry, {
      name: 'callstream_ingest_refused_total',
      help: 'Requests that were refused, by reason',
      label: 'reason',
      values: Object.keys(answers),
    }),
    unreadableAddresses: addCounter(registry, {
      name: 'callstream_ingest_unreadable_addresses_total',
      help: 'Requests whose sender a trusted proxy did not tell in a form that can be read, by the header',
      label: 'header',
      values: forwardedHeaders,
    }),
    droppedConnections: new Counter({
      name: 'callstream_ingest_dropped_connections_total',
      help: 'Connections that were closed unheard, as there were INGEST_CONNECTIONS_MAX already',
      registers,
    }),
    batchRecords: new Histogram({
      name: 'callstream_ingest_batch_records',
      help: 'Events in a batch to Kafka',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
      registers,
    }),
    produceSeconds: new Histogram({
      name: 'callstream_ingest_produce_seconds',
      help: 'Time until Kafka acknowledged a batch, or did not',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    failedBatches: new Counter({
      name: 'callstream_ingest_failed_batches_total',
      help: 'Batches that Kafka did not acknowledge; their events went to the spool',
      registers,
    }),
  };
}

export type IngestMetrics = ReturnType<typeof createMetrics>;
