import { backoffMs } from './backoff.ts';

it('waits anything up to a bound that doubles, and never longer than 15 s', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backoffMs(failures, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect(backoffMs(60, () => 0)).toBe(0);
});
