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

it('tells how far the log runs ahead, and for how long, also while Postgres is away', async () => {
  const metrics = createMetrics();
  const judge = createProgressCheck({
    ...{ topic: 'call-events', metrics, stallMs: 0 },
    assigned: () => new Set([0]),
    passed: (_partition, offset) => offset,
    troubles: { isIn: () => false },
  });
  const away = 'Postgres does not answer: Postgres cannot be reached.';
  // Not a stall, though it lasts longer than `stallMs`: it is known why nothing moves.
  expect(judge({ positions: [position], ends: ends(15), away })).toEqual({ problem: away, lag: 5 });
  expect(judge({ positions: [position], ends: ends(18), away })).toEqual({ problem: away, lag: 8 });
  const [lag, seconds] = [await metrics.lag.get(), await metrics.lagSeconds.get()];
  expect(lag.values).toEqual([{ labels: { partition: 0 }, value: 8 }]);
  expect(seconds.values[0]?.value).toBeGreaterThanOrEqual(60);
});
