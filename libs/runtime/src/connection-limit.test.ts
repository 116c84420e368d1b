import { connectionLimit } from './connection-limit.ts';

it('connections leave files free, and are limited as set where there are enough', () => {
  expect(connectionLimit(20_000, 2, 1_048_576)).toBe(20_000);
  expect(connectionLimit(20_000, 2, 512)).toBe(160);
  expect(connectionLimit(20_000, 1, 512)).toBe(320);
  expect(connectionLimit(50, 2, 512)).toBe(50);
  expect(connectionLimit(20_000, 2, 100)).toBe(16);
  expect(connectionLimit(20_000, 2, Infinity)).toBe(20_000);
});
