import { closeCodes } from '@callstream/contracts';
import { addCounter, addThrottleCounter, createRegistry, forwardedHeaders } from '@callstream/runtime';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { notServedMessages } from './scheduling/not-served.ts';

/** The metrics that the gateway counts itself. Others are read when Prometheus asks: see `metrics.ts` of board and socket. */
export function createMetrics() {
  const registry = createRegistry();
  addThrottleCounter(registry);
  return { registry, ...requestMetrics(registry), ...socketMetrics(registry), ...boardMetrics(registry) };
}

export type GatewayMetrics = ReturnType<typeof createMetrics>;

function requestMetrics(registry: Registry) {
  const querySeconds = new Histogram({
    name: 'callstream_gateway_query_seconds',
    help: 'Time of a query or of a route, by its name',
    labelNames: ['query'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return {
    /** Measures how long `work` takes. */
    timed: <T>(query: string, work: Promise<T>): Promise<T> => work.finally(querySeconds.startTimer({ query })),
    failures: addCounter(registry, {
      name: 'callstream_gateway_failures_total',
      help: 'Requests that failed because of an unexpected error, by where they came from. numbers: from the gateway itself, for all clients',
      label: 'asked_over',
      values: ['socket', 'http', 'numbers'],
    }),
    droppedConnections: new Counter({
      name: 'callstream_gateway_dropped_connections_total',
      help: 'Connections closed because there were GATEWAY_SOCKETS_MAX and 2,000 more, or as many as the process may open',
      registers: [registry],
    }),
    notServed: addCounter(registry, {
      name: 'callstream_gateway_not_served_total',
      help: 'Requests that got no turn. replaced: by newer ones of the connection; late: timed out; full: too many waited; gone: the client disconnected',
      label: 'reason',
      values: Object.keys(notServedMessages),
    }),
    madeNumbers: new Counter({
      name: 'callstream_gateway_made_numbers_total',
      help: 'Computations of numbers of queues or agents for an answer; clients that see the same share one',
      registers: [registry],
    }),
    unreadableAddresses: addCounter(registry, {
      name: 'callstream_gateway_unreadable_addresses_total',
      help: 'Sockets and requests for which a trusted proxy sent no readable address, by the header',
      label: 'header',
      values: forwardedHeaders,
    }),
  };
}

function socketMetrics(registry: Registry) {
  const registers = [registry];
  return {
    sockets: new Gauge({ name: 'callstream_gateway_sockets', help: 'Open sockets', registers }),
    opened: new Counter({
      name: 'callstream_gateway_opened_sockets_total',
      help: 'Sockets that were opened',
      registers,
    }),
    refusedOrigins: new Counter({
      name: 'callstream_gateway_refused_origins_total',
      help: 'Sockets that were refused because the host of their page is not in GATEWAY_ORIGINS',
      registers,
    }),
    closes: addCounter(registry, {
      name: 'callstream_gateway_closes_total',
      help: 'Sockets that the gateway closed, by cause',
      label: 'cause',
      values: Object.keys(closeCodes),
    }),
    frames: new Counter({ name: 'callstream_gateway_frames_total', help: 'Frames that were sent', registers }),
    subscriptions: new Gauge({
      name: 'callstream_gateway_subscriptions',
      help: 'Sockets that subscribe to the board',
      registers,
    }),
    changes: new Counter({
      name: 'callstream_gateway_changes_total',
      help: 'Changes of calls that were sent, counted for each subscriber',
      registers,
    }),
  };
}

function boardMetrics(registry: Registry) {
  const registers = [registry];
  return {
    unreadable: new Gauge({
      name: 'callstream_gateway_unreadable_batches',
      help: 'Unreadable batches of the log that block their partitions until an operator skips them',
      registers,
    }),
    boardDelaySeconds: new Histogram({
      name: 'callstream_gateway_board_delay_seconds',
      help: 'Time from received_at of the oldest record of a batch to the board, by the clocks of two machines',
      buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
      registers,
    }),
  };
}
