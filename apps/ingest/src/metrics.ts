import { LRUCache } from 'lru-cache';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Events among which a repeated one is noticed. */
const recentEvents = 100_000;

/** What ingest counts; names and units as Prometheus wants them. */
export function createMetrics({ depth, away }: { depth: () => number; away: () => number }) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'callstream_ingest_in_flight',
    help: 'Events that wait for Kafka',
    registers,
    collect() {
      this.set(depth());
    },
  });
  new Gauge({
    name: 'callstream_ingest_partitions_away',
    help: 'Partitions that did not take records when last tried; their events go to the spool',
    registers,
    collect() {
      this.set(away());
    },
  });
  const repetitions = new Counter({
    name: 'callstream_ingest_repeated_total',
    help: `Events that were among the last ${recentEvents} of this instance already`,
    registers,
  });
  const recent = new LRUCache<string, true>({ max: recentEvents });
  return {
    registry,
    accepted: new Counter({
      name: 'callstream_ingest_accepted_total',
      help: 'Events that were stored and answered with 200, by where they were stored',
      labelNames: ['stored_in'],
      registers,
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
    refused: new Counter({
      name: 'callstream_ingest_refused_total',
      help: 'Requests that were refused, by reason',
      labelNames: ['reason'],
      registers,
    }),
    batchRecords: new Histogram({
      name: 'callstream_ingest_batch_records',
      help: 'Events in a batch to Kafka',
      buckets: [1, 2, 5, 10, 50, 100, 500, 1000, 5000],
      registers,
    }),
    produceSeconds: new Histogram({
      name: 'callstream_ingest_produce_seconds',
      help: 'Time until Kafka acknowledged a batch',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
