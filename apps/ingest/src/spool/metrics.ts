import { addGauge } from '@callstream/runtime';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Spool } from './spool.ts';

export interface SpoolMetricsOptions {
  readonly spool: Pick<Spool, 'status'>;
  /** SPOOL_MAX_BYTES. */
  readonly bytesMax: number;
}

/** Registers the metrics of the spool; returns those that others count. */
export function createSpoolMetrics(
  registry: Registry,
  { spool, bytesMax }: SpoolMetricsOptions,
): { readonly drained: Counter } {
  const { status } = spool;
  const gauge = (name: string, help: string, value: () => number): void =>
    addGauge(registry, { name: `callstream_ingest_spool_${name}`, help, value });
  gauge('records', 'Events in the spool that wait for Kafka', () => recordsIn(spool));
  gauge('bytes', 'Approximate size of the spool, in bytes', () => status().bytes);
  gauge('max_bytes', 'Limit of the spool (SPOOL_MAX_BYTES), in bytes', () => bytesMax);
  gauge('oldest_age_seconds', 'Age of the oldest event in the spool', () => {
    const { oldestAt } = status();
    return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
  });
  gauge(
    'refused_records',
    'Quarantined events: Kafka rejected them permanently, and refused.db keeps them',
    () => status().quarantined,
  );
  gauge('torn_files', 'Unreadable files of the spool, renamed to *.torn', () => status().torn.length);
  return {
    drained: new Counter({
      name: 'callstream_ingest_spool_drained_total',
      help: 'Events sent from the spool to Kafka',
      registers: [registry],
    }),
  };
}

/** Number of events in the spool that are to be sent. */
export const recordsIn = ({ status }: Pick<Spool, 'status'>): number =>
  [...status().pending.values()].reduce((sum, records) => sum + records, 0);
