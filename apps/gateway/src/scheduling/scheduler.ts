import { addGauge } from '@callstream/runtime';
import type { Tables } from '@callstream/tables';
import { ExportSlots } from '../export/export-slots.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createFairPool } from './fair-pool.ts';
import type { FairPool } from './fair-pool.ts';
import { createFairQueue } from './fair-queue.ts';
import { computeLimits, pastLimits, queryLimits, shortComputeLimits } from './limits.ts';
import type { NotServedReason } from './not-served.ts';
import type { Schedule } from './single-flight.ts';

/** Gives clients turns to use what they share. */
export interface Scheduler {
  /** Postgres. */
  readonly pool: FairPool;
  /** The event loop, for long computations. */
  readonly compute: Schedule;
  /** The event loop, for short ones. */
  readonly computeShort: Schedule;
  /** Both, for boards of the past. */
  readonly past: Schedule;
  /** Exports of several pages. */
  readonly exportSlots: ExportSlots;
}

/** @param db a pool of {@link queriesMax} connections that nothing else uses */
export function createScheduler(db: Tables, metrics: Pick<GatewayMetrics, 'registry' | 'notServed'>): Scheduler {
  const onNotServed = (reason: NotServedReason): void => metrics.notServed.inc({ reason });
  const queries = createFairQueue(queryLimits, onNotServed);
  const computations = createFairQueue(computeLimits, onNotServed);
  const shortComputations = createFairQueue(shortComputeLimits, onNotServed);
  const past = createFairQueue(pastLimits, onNotServed);
  addGauge(metrics.registry, {
    name: 'callstream_gateway_waiting_queries',
    help: 'Requests of clients that wait for their turn to query Postgres',
    value: queries.waiting,
  });
  addGauge(metrics.registry, {
    name: 'callstream_gateway_waiting_computations',
    help: 'Requests of clients that wait for their turn to have numbers or a snapshot computed',
    value: () => computations.waiting() + shortComputations.waiting(),
  });
  addGauge(metrics.registry, {
    name: 'callstream_gateway_waiting_past_boards',
    help: 'Requests of clients that wait for their turn to have the board of a past moment read',
    value: past.waiting,
  });
  return {
    pool: createFairPool(db, queries),
    compute: computations.schedule,
    computeShort: shortComputations.schedule,
    past: past.schedule,
    exportSlots: new ExportSlots(),
  };
}
