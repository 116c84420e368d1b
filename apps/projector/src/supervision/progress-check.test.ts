import { createProgressCheck } from './progress-check.ts';
import type { ProgressObservation } from './progress-check.ts';
import { createMetrics } from '../metrics.ts';

const position = {
  partition: 0,
  topic: 'call-events',
  nextOffset: 10,
  version: 1,
  logId: 'log',
  lastUuid: null,
  lastTimestamp: Date.now() - 60_000,
};
const ends = (high: number): ProgressObservation['ends'] => new Map([[0, { low: 0, high }]]);

it('measures lag and its age also while Postgres does not answer, which is no stall', async () => {
  const metrics = createMetrics();
  const check = createProgressCheck({
    topic: 'call-events',
    metrics,
    stallMs: 0,
    assigned: () => new Set([0]),
    effectivePosition: (_partition, position) => position,
    isWaiting: () => false,
  });
  const postgresError = 'Postgres does not answer: Postgres cannot be reached.';
  // Longer than `stallMs`, but with a known cause.
  expect(check({ positions: [position], ends: ends(15), postgresError })).toEqual({ problem: postgresError, lag: 5 });
  expect(check({ positions: [position], ends: ends(18), postgresError })).toEqual({ problem: postgresError, lag: 8 });
  const [lag, seconds] = [await metrics.lag.get(), await metrics.lagSeconds.get()];
  expect(lag.values).toEqual([{ labels: { partition: 0 }, value: 8 }]);
  expect(seconds.values[0]?.value).toBeGreaterThanOrEqual(60);
});
