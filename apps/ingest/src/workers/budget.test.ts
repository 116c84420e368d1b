import fc from 'fast-check';
import { createBudget, equalShare } from './budget.ts';

describe('a budget', () => {
  it('gives a worker what it wants, or as much of it as the others leave', () => {
    const { resize } = createBudget(100);
    expect(resize(0, 60, 0)).toBe(60);
    expect(resize(1, 60, 0)).toBe(40);
    expect(resize(0, 30, 20)).toBe(30);
    expect(resize(1, 60, 40)).toBe(60);
  });
  it('always gives a worker what it uses, e.g. the spool of an earlier start, and then nothing to others', () => {
    const { resize } = createBudget(100);
    expect(resize(0, 10, 0)).toBe(10);
    expect(resize(1, 200, 150)).toBe(150);
    expect(resize(0, 20, 5)).toBe(5);
  });
  it('is never exceeded by workers that use what they may', () => {
    const requests = fc.array(fc.tuple(fc.nat(3), fc.nat(80), fc.nat(100)), { maxLength: 50 });
    fc.assert(
      fc.property(requests, (all) => {
        const { resize } = createBudget(100);
        const shares = [0, 0, 0, 0];
        for (const [worker, wanted, percent] of all) {
          const used = Math.floor(((shares[worker] ?? 0) * percent) / 100);
          shares[worker] = resize(worker, wanted, used);
          expect(shares.reduce((sum, share) => sum + share)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});

it.each([
  [20_000, 3],
  [1, 2],
  [64, 64],
])('equal shares of %d for %d workers add up to it, and differ by one at most', (max, workers) => {
  const shares = Array.from({ length: workers }, (_, worker) => equalShare(max, worker, workers));
  expect(shares.reduce((sum, share) => sum + share)).toBe(max);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});
