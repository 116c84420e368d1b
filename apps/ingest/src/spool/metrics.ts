import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Spool } from './spool.ts';

/** What is told of the spool; names and units as Prometheus wants them. */
export function createSpoolMetrics(registry: Registry, spool: Pick<Spool, 'status'>): { drained: Counter } {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name: `callstream_ingest_spool_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  const { status } = spool;
  gauge('records', 'Events that wait on disk for Kafka', () => recordsIn(spool));
  gauge('bytes', 'What the spool takes, in bytes; about', () => status().bytes);
  gauge('oldest_age_seconds', 'For how long the oldest event in the spool has waited', () => {
    const { oldestAt } = status();
    return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
  });
  gauge('refused_records', 'Events that Kafka refused for good, kept in refused.db', () => status().refused);
  gauge('torn_files', 'Files of the spool that could not be read, kept as *.torn', () => status().torn.length);
  return {
    drained: new Counter({
      name: 'callstream_ingest_spool_drained_total',
      help: 'Events that went from the spool to Kafka',
      registers,
    }),
  };
}

/** Events in the spool that are still to be sent. */
export const recordsIn = ({ status }: Pick<Spool, 'status'>): number =>
  [...status().lanes.values()].reduce((sum, records) => sum + records, 0);
