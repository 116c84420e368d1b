import { addGauge } from '@callstream/runtime';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Spool } from './spool.ts';

export interface SpoolMetricsOptions {
  readonly spool: Pick<Spool, 'status'>;
  /** About what the spool may take of the disk. */
  readonly bytesMax: number;
}

/** What is told of the spool; names and units as Prometheus wants them. */
export function createSpoolMetrics(registry: Registry, { spool, bytesMax }: SpoolMetricsOptions): { drained: Counter } {
  const { status } = spool;
  const gauge = (name: string, help: string, value: () => number): void =>
    addGauge(registry, { name: `callstream_ingest_spool_${name}`, help, value });
  gauge('records', 'Events that wait on disk for Kafka', () => recordsIn(spool));
  gauge('bytes', 'What the spool takes, in bytes; about', () => status().bytes);
  gauge('max_bytes', 'What the spool may take (SPOOL_MAX_BYTES)', () => bytesMax);
  gauge('oldest_age_seconds', 'For how long the oldest event in the spool has waited', () => {
    const { oldestAt } = status();
    return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
  });
  gauge('refused_records', 'Events that Kafka refused for good, kept in refused.db', () => status().refused);
  gauge(
    'torn_files',
    'Files of the spool that could not be read, kept with .torn behind their name',
    () => status().torn.length,
  );
  return {
    drained: new Counter({
      name: 'callstream_ingest_spool_drained_total',
      help: 'Events that went from the spool to Kafka',
      registers: [registry],
    }),
  };
}

/** Events in the spool that are still to be sent. */
export const recordsIn = ({ status }: Pick<Spool, 'status'>): number =>
  [...status().lanes.values()].reduce((sum, records) => sum + records, 0);
