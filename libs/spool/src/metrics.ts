import { addGauge } from '@callstream/runtime';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Spool, SpoolNames } from './spool.ts';

export interface SpoolMetricsOptions {
  readonly spool: Pick<Spool, 'status'>;
  /** Limit of the spool, in bytes. */
  readonly bytesMax: number;
  readonly names: SpoolNames;
}

/** Registers the metrics of the spool; returns those that others count. */
export function createSpoolMetrics(
  registry: Registry,
  { spool, bytesMax, names }: SpoolMetricsOptions,
): { readonly drained: Counter } {
  const { status } = spool;
  const { metricsPrefix: prefix, receiver, bytesMaxSetting } = names;
  const gauge = (name: string, help: string, value: () => number): void =>
    addGauge(registry, { name: `${prefix}_${name}`, help, value });
  gauge('records', `Events in the spool that wait for ${receiver}`, () => recordsIn(spool));
  gauge('bytes', 'Approximate size of the spool, in bytes', () => status().bytes);
  addGauge(registry, {
    name: `${prefix}_max_bytes`,
    help: `Limit of the spool (${bytesMaxSetting}), in bytes`,
    value: () => bytesMax,
    aggregator: 'max',
  });
  addGauge(registry, {
    name: `${prefix}_oldest_age_seconds`,
    help: 'Age of the oldest event in the spool',
    value: () => {
      const { oldestAt } = status();
      return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
    },
    aggregator: 'max',
  });
  gauge(
    'refused_records',
    `Quarantined events: ${receiver} rejected them permanently, and refused.db keeps them`,
    () => status().quarantined,
  );
  gauge('torn_files', 'Unreadable files of the spool, renamed to *.torn', () => status().torn.length);
  return {
    drained: new Counter({
      name: `${prefix}_drained_total`,
      help: `Events sent from the spool to ${receiver}`,
      registers: [registry],
    }),
  };
}

/** Number of events in the spool that are to be sent. */
export const recordsIn = ({ status }: Pick<Spool, 'status'>): number =>
  [...status().pending.values()].reduce((sum, records) => sum + records, 0);
