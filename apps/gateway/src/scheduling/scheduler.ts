import { addGauge } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import type { GatewayMetrics } from '../metrics.ts';
import { createFairPool } from './fair-pool.ts';
import type { FairPool } from './fair-pool.ts';
import { createFairQueue } from './fair-queue.ts';
import { computeLimits, queryLimits } from './limits.ts';
import type { NotServedReason } from './not-served.ts';
import type { Schedule } from './single-flight.ts';

/** What all clients share, and have in turn. */
export interface Scheduler {
  /** Postgres. */
  readonly pool: FairPool;
  /** The event loop, for what takes it for long. */
  readonly compute: Schedule;
}

/** @param db has {@link queriesMax} connections, and nobody else uses them */
export function createScheduler(db: Tables, metrics: Pick<GatewayMetrics, 'registry' | 'notServed'>): Scheduler {
  const onNotServed = (reason: NotServedReason): void => metrics.notServed.inc({ reason });
  const query = createFairQueue(queryLimits, onNotServed);
  const compute = createFairQueue(computeLimits, onNotServed);
  addGauge(metrics.registry, {
    name: 'callstream_gateway_waiting_queries',
    help: 'Requests of clients that wait for their turn to query Postgres',
    value: query.waiting,
  });
  addGauge(metrics.registry, {
    name: 'callstream_gateway_waiting_computations',
    help: 'Requests of clients that wait for their turn to have numbers or a snapshot made',
    value: compute.waiting,
  });
  return { pool: createFairPool(db, query), compute: compute.enter };
}
