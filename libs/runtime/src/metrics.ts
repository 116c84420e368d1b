import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { throttledSeconds } from './kafka/kafkajs-2.2.4/throttling.ts';

/** A registry with the default metrics of prom-client: CPU, memory, garbage collection, event loop, open files. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** Called at each scrape. */
  readonly value: () => number | Promise<number>;
  /** How the values of the workers of a service make one. Default: their sum. */
  readonly aggregator?: 'sum' | 'max';
}

/** Adds a gauge that is computed only when it is scraped. */
export function addGauge(
  registry: Pick<Registry, 'registerMetric'>,
  { name, help, value, aggregator = 'sum' }: GaugeOptions,
): void {
  const collect = async function (this: Gauge): Promise<void> {
    this.set(await value());
  };
  registry.registerMetric(new Gauge({ name, help, registers: [], aggregator, collect }));
}

export interface CounterOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  /** All values of the label. */
  readonly values: readonly string[];
}

/** Adds a counter with all its series at 0: `increase()` of Prometheus misses the first event of a series that starts at 1. */
export function addCounter<Label extends string>(
  registry: Registry,
  { name, help, label, values }: CounterOptions<Label>,
): Counter<Label> {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0);
  return counter;
}

/** Adds a counter of the time for which brokers made this process wait. */
export function addThrottleCounter(registry: Registry): void {
  const collect = function (this: Counter): void {
    this.reset();
    this.inc(throttledSeconds());
  };
  const help = 'Time for which brokers have made this process wait because of their quotas';
  registry.registerMetric(
    new Counter({ name: 'callstream_kafka_throttled_seconds_total', help, registers: [], collect }),
  );
}

/** A connection pool with the numbers that are measured; `waiting`: queries that wait for a connection. */
interface Pool {
  readonly connections: () => Readonly<Record<'open' | 'busy' | 'max' | 'waiting', number>>;
}

/** Adds gauges of connection pools to Postgres, labelled with the key in `pools`. */
export function addPoolGauges(registry: Registry, pools: Readonly<Record<string, Pool>>): void {
  const add = (name: string, help: string, measured: keyof ReturnType<Pool['connections']>): void => {
    const collect = function (this: Gauge): void {
      for (const [name, pool] of Object.entries(pools)) this.set({ pool: name }, pool.connections()[measured]);
    };
    registry.registerMetric(
      new Gauge({ name: `callstream_postgres_${name}`, help, labelNames: ['pool'], registers: [], collect }),
    );
  };
  add('connections', 'Connections to Postgres that are open', 'open');
  add('busy_connections', 'Connections to Postgres that are in use', 'busy');
  add('max_connections', 'Most connections to Postgres that the pool opens', 'max');
  add('waiting_queries', 'Queries that wait for a connection of the pool', 'waiting');
}
