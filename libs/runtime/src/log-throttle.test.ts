import { jest } from '@jest/globals';
import { createLogThrottle } from './log-throttle.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('a flood becomes ten lines a second, and the next line counts the suppressed ones', () => {
  const throttled = createLogThrottle();
  const lines: number[] = [];
  const flood = (events: number): void => {
    for (let i = 0; i < events; i++) throttled((untold) => lines.push(untold));
  };
  flood(1_000);
  expect(lines).toEqual(Array(10).fill(0));
  jest.advanceTimersByTime(1_000);
  flood(1);
  expect(lines.slice(10)).toEqual([990]);
});
