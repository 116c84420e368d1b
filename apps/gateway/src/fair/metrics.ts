import { addGauge } from '@callstream/runtime';
import type { Registry } from 'prom-client';
import type { FairQueue } from './fair-queue.ts';

/** Reports how many wait for their turn, whenever somebody looks. */
export function reportFairQueues(
  registry: Registry,
  queues: { readonly query: FairQueue; readonly compute: FairQueue },
): void {
  addGauge(registry, {
    name: 'callstream_gateway_waiting_queries',
    help: 'Requests of clients that wait for their turn to query Postgres',
    value: queues.query.waiting,
  });
  addGauge(registry, {
    name: 'callstream_gateway_waiting_computations',
    help: 'Requests of clients that wait for their turn to have numbers or a snapshot made',
    value: queues.compute.waiting,
  });
}
