import { backoffMs, failuresAfter } from './backoff.ts';

it('the backoff is random up to a bound that doubles, and at most 15 s', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((failures) => backoffMs(failures, () => 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect(backoffMs(60, () => 0)).toBe(0);
});

it('failures are counted in a row; a good connection, or one of a gateway that stops, resets the count', () => {
  expect(failuresAfter(3, { lastedMs: 5_000, code: null })).toBe(4);
  expect(failuresAfter(3, { lastedMs: 5_000, code: 4_008 })).toBe(4);
  expect(failuresAfter(3, { lastedMs: 11_000, code: 1_006 })).toBe(1);
  expect(failuresAfter(3, { lastedMs: 5_000, code: 4_000 })).toBe(1);
  // A gateway that stops, and still accepts connections.
  expect(failuresAfter(3, { lastedMs: 10, code: 4_000 })).toBe(4);
});
