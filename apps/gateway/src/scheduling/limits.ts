import type { FairQueueLimits } from './fair-queue.ts';

const waitingLimits = { waiting: 20_000, waitingPerConnection: 200, waitMs: 10_000 } as const;

/** Connections to Postgres for the queries of clients. */
export const queriesMax = 10;

/**
 * Limits of queries. Most connections are left to other addresses, whatever one address requests. A query takes at most 5 s, so
 * a request is served within 10 s unless many wait.
 */
export const queryLimits: FairQueueLimits = {
  running: queriesMax,
  runningPerAddress: 4,
  runningPerConnection: 2,
  ...waitingLimits,
  pausePerRun: 0,
};

/**
 * Limits of what blocks the event loop for long: agents and snapshots. One at a time, with a pause as long after each, so that half of
 * the time is left to everything else. A burst within the message rate fits into `waitingPerConnection`.
 */
export const computeLimits: FairQueueLimits = {
  running: 1,
  runningPerAddress: 1,
  runningPerConnection: 1,
  ...waitingLimits,
  pausePerRun: 1,
};

/**
 * Limits of the numbers of queues, and of names: turns of their own, so that they do not wait behind two hundred snapshots. They
 * take a fifth of the time at most.
 */
export const shortComputeLimits: FairQueueLimits = { ...computeLimits, pausePerRun: 4 };

/**
 * Limits of past boards, which take Postgres and the event loop in turns: two at a time, with a pause of half the time after each:
 * after a pause as long as the run, a page that asks one after the other would wait whenever a fast board follows a slow one. A
 * page waits for one answer before it asks again, but a proxy may send the requests of several pages over one connection.
 */
export const pastLimits: FairQueueLimits = {
  running: 2,
  runningPerAddress: 2,
  runningPerConnection: 2,
  waiting: 2_000,
  waitingPerConnection: 20,
  waitMs: 10_000,
  pausePerRun: 0.5,
};
