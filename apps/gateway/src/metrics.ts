import { closeCodes } from '@callstream/contracts';
import { addCounter, createRegistry, forwardedHeaders } from '@callstream/runtime';
import { Counter, Gauge, Histogram } from 'prom-client';
import { notServedMessages } from './scheduling/not-served.ts';

/** What the gateway counts; names and units as Prometheus wants them. */
export function createMetrics() {
  const registry = createRegistry();
  const registers = [registry];
  const querySeconds = new Histogram({
    name: 'callstream_gateway_query_seconds',
    help: 'Time of a query or of a route, by its name',
    labelNames: ['query'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  return {
    registry,
    /** Records how long `work` takes. */
    timed: <T>(query: string, work: Promise<T>): Promise<T> => work.finally(querySeconds.startTimer({ query })),
    failures: addCounter(registry, {
      name: 'callstream_gateway_failures_total',
      help: 'Questions that could not be answered, by where they were asked. numbers: the gateway itself asked, for everybody',
      label: 'asked_over',
      values: ['socket', 'http', 'numbers'],
    }),
    notServed: addCounter(registry, {
      name: 'callstream_gateway_not_served_total',
      help: 'Requests that got no turn. replaced: by newer ones of the connection; late: waited too long; full: too many waited; gone: the client hung up',
      label: 'reason',
      values: Object.keys(notServedMessages),
    }),
    madeNumbers: new Counter({
      name: 'callstream_gateway_made_numbers_total',
      help: 'Times that numbers of queues or agents were made into an answer; all who see the same share one',
      registers,
    }),
    sockets: new Gauge({ name: 'callstream_gateway_sockets', help: 'Sockets that are open', registers }),
    opened: new Counter({
      name: 'callstream_gateway_opened_sockets_total',
      help: 'Sockets that were opened',
      registers,
    }),
    refusedOrigins: new Counter({
      name: 'callstream_gateway_refused_origins_total',
      help: 'Sockets that were refused, as their page is not in GATEWAY_ORIGINS',
      registers,
    }),
    unreadableAddresses: addCounter(registry, {
      name: 'callstream_gateway_unreadable_addresses_total',
      help: 'Sockets and requests whose address a trusted proxy did not tell in a form that can be read, by the header',
      label: 'header',
      values: forwardedHeaders,
    }),
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
    closes: addCounter(registry, {
      name: 'callstream_gateway_closes_total',
      help: 'Sockets that the gateway closed, by cause',
      label: 'cause',
      values: Object.keys(closeCodes),
    }),
    unreadable: new Gauge({
      name: 'callstream_gateway_unreadable_batches',
      help: 'Batches of the log that cannot be read and before which the board stands still in their partitions, until an operator decides',
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

export type GatewayMetrics = ReturnType<typeof createMetrics>;
