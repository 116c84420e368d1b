import { backoffMs } from './backoff.ts';

const backoff = { firstMs: 500, maxMs: 15_000, jitter: 0.5 };

it('the longest delay doubles with each failure, up to a bound', () => {
  const delays = [1, 2, 3, 4, 5, 6, 60, 5_000].map((failures) => backoffMs(failures, backoff, () => 1));
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

it('the random share of a delay is its jitter', () => {
  expect(backoffMs(60, backoff, () => 0)).toBe(7_500);
  expect(backoffMs(60, { ...backoff, jitter: 1 }, () => 0)).toBe(0);
  expect(backoffMs(60, { ...backoff, jitter: 0 }, () => 0)).toBe(15_000);
});

it('delays differ from process to process', () => {
  expect(new Set(Array.from({ length: 20 }, () => backoffMs(1, backoff))).size).toBeGreaterThan(1);
});
