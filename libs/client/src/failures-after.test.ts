import { failuresAfter } from './failures-after.ts';

it('failures are counted in a row; a good connection, or one of a gateway that stops, resets the count', () => {
  expect(failuresAfter(3, { lastedMs: 5_000, code: null })).toBe(4);
  expect(failuresAfter(3, { lastedMs: 5_000, code: 4_008 })).toBe(4);
  expect(failuresAfter(3, { lastedMs: 11_000, code: 1_006 })).toBe(1);
  expect(failuresAfter(3, { lastedMs: 5_000, code: 4_000 })).toBe(1);
  // A gateway that stops, and still accepts connections.
  expect(failuresAfter(3, { lastedMs: 10, code: 4_000 })).toBe(4);
});
