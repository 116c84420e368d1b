import { AggregatorRegistry } from 'prom-client';
import type { PrometheusContentType, Registry } from 'prom-client';
import type { MetricList } from './messages.ts';

/** Metrics of the service: sums over its processes. */
export interface CombinedMetrics extends Pick<Registry, 'metrics' | 'contentType' | 'registerMetric'> {
  /** The metrics of a worker that runs. */
  readonly update: (worker: number, metrics: MetricList) => void;
  /** Keeps what an ended worker has counted: a sum that falls would be a restart to Prometheus, and count all events again. */
  readonly end: (worker: number) => void;
}

/** `registry`: of the primary. `refresh` calls `update` for each worker that answers. */
export function combineMetrics(registry: Registry, refresh: () => Promise<void>): CombinedMetrics {
  const running = new Map<number, MetricList>();
  let ended: MetricList = [];
  return {
    contentType: registry.contentType,
    registerMetric: (metric) => registry.registerMetric(metric),
    metrics: async () => {
      await refresh();
      const own = await registry.getMetricsAsJSON();
      return aggregate([own.map(ofPrimary), ended, ...[...running.values()].map(ofWorker)]).metrics();
    },
    update: (worker, metrics) => void running.set(worker, metrics),
    end: (worker) => {
      const last = running.get(worker)?.filter(isCounted) ?? [];
      running.delete(worker);
      ended = aggregate([ended, last])
        .getMetricsAsArray()
        .map((metric) => metric as unknown as CombinedMetric);
    },
  };
}

type CombinedMetric = MetricList[number];

const aggregate = (lists: readonly MetricList[]): Registry =>
  AggregatorRegistry.aggregate<PrometheusContentType>([...lists]);

/** prom-client's own names of the types, which its declarations lack. */
const isCounted = ({ type }: CombinedMetric): boolean => ['counter', 'histogram'].includes(type as unknown as string);

/** Of what cannot be added up, as the time of the start, the primary's value stands for the service. */
const ofPrimary = (metric: CombinedMetric): CombinedMetric =>
  metric.aggregator === 'omit' ? { ...metric, aggregator: 'first' } : metric;

const ofWorker = (metrics: MetricList): MetricList => metrics.filter(({ aggregator }) => aggregator !== 'omit');
