import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What the gateway counts; names and units as Prometheus wants them. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const querySeconds = new Histogram({
    name: 'callstream_gateway_query_seconds',
    help: 'Time of a query, by its name',
    labelNames: ['query'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  return {
    registry,
    /** Records how long `work` takes. */
    timed: <T>(query: string, work: Promise<T>): Promise<T> => work.finally(querySeconds.startTimer({ query })),
    sockets: new Gauge({ name: 'callstream_gateway_sockets', help: 'Sockets that are open', registers }),
    subscriptions: new Gauge({
      name: 'callstream_gateway_subscriptions',
      help: 'Sockets that are told what changes on the board',
      registers,
    }),
    frames: new Counter({ name: 'callstream_gateway_frames_total', help: 'Frames that were sent', registers }),
    changes: new Counter({
      name: 'callstream_gateway_changes_total',
      help: 'Changes of calls that were sent, once for each subscriber',
      registers,
    }),
    closes: new Counter({
      name: 'callstream_gateway_closes_total',
      help: 'Sockets that the gateway closed, by cause',
      labelNames: ['cause'],
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
