import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** A registry that has what prom-client tells of every process: CPU, memory, garbage collection, the event loop, open files. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** Asked whenever somebody looks. */
  readonly value: () => number | Promise<number>;
}

/** Adds a gauge that costs nothing until somebody looks. */
export function addGauge(registry: Registry, { name, help, value }: GaugeOptions): void {
  const collect = async function (this: Gauge): Promise<void> {
    this.set(await value());
  };
  registry.registerMetric(new Gauge({ name, help, registers: [], collect }));
}

export interface CounterOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  /** All that the label can be. */
  readonly values: readonly string[];
}

/** Adds a counter of which every series is there from the start, at 0: else the first of a kind would not be seen as a change. */
export function addCounter<Label extends string>(
  registry: Registry,
  { name, help, label, values }: CounterOptions<Label>,
): Counter<Label> {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value } as Record<Label, string>, 0);
  return counter;
}

/** What is told of a pool of connections, as `pg` has it. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  /** Those who wait for a connection. */
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** Adds how busy pools of connections to Postgres are, by the name of the pool. */
export function addPoolGauges(registry: Registry, pools: Readonly<Record<string, Pool>>): void {
  const add = (name: string, help: string, value: (pool: Pool) => number): void => {
    const collect = function (this: Gauge): void {
      for (const [pool, of] of Object.entries(pools)) this.set({ pool }, value(of));
    };
    registry.registerMetric(
      new Gauge({ name: `callstream_postgres_${name}`, help, labelNames: ['pool'], registers: [], collect }),
    );
  };
  add('connections', 'Connections to Postgres that are open', ({ totalCount }) => totalCount);
  add(
    'busy_connections',
    'Connections to Postgres that are in use',
    ({ totalCount, idleCount }) => totalCount - idleCount,
  );
  add('max_connections', 'Most connections to Postgres that the pool opens', ({ options }) => options.max);
  add('waiting_queries', 'Queries that wait for a connection of the pool', ({ waitingCount }) => waitingCount);
}
