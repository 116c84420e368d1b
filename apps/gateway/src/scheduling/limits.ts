import type { FairQueueLimits } from './fair-queue.ts';

const waiting = { waiting: 20_000, waitingPerConnection: 200, waitMs: 10_000 } as const;

/** Connections to Postgres for what clients ask. */
export const queriesMax = 10;

/**
 * Queries. Most connections are left to other addresses, whatever one asks for; a query takes 5 s at most, so who waits is
 * served before 10 s are over, unless many wait.
 */
export const queryLimits: FairQueueLimits = {
  ...{ running: queriesMax, runningPerAddress: 4, runningPerConnection: 2 },
  ...waiting,
  restPerWork: 0,
};

/**
 * What takes the event loop itself: numbers and snapshots. One at a time, and after each a rest as long, so that half of the
 * time is left to everything else. A burst that is within the message rate fits into the line of its connection.
 */
export const computeLimits: FairQueueLimits = {
  ...{ running: 1, runningPerAddress: 1, runningPerConnection: 1 },
  ...waiting,
  restPerWork: 1,
};
